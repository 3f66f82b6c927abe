package review

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// browser is a Chromium that a test steers over a pipe, by the DevTools protocol
// (chromedevtools.github.io/devtools-protocol): JSON, a zero byte after each.
type browser struct {
	t       *testing.T
	out     *os.File
	in      *bufio.Reader
	last    int
	session string
	errors  []string // what the page's console and policy complained of
}

// openBrowser starts Chromium, or skips the test where there is none.
func openBrowser(t *testing.T, flags ...string) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed: the page cannot be opened (Debian: apt-get install chromium)")
	}
	theirIn, out, err := os.Pipe()
	require.NoError(t, err)
	in, theirOut, err := os.Pipe()
	require.NoError(t, err)
	flags = append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe", "--user-data-dir=" + t.TempDir()}, flags...)
	cmd := exec.Command(path, append(flags, "about:blank")...)
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // its descriptors 3 and 4
	require.NoError(t, cmd.Start())
	theirIn.Close()
	theirOut.Close()
	b := &browser{t: t, out: out, in: bufio.NewReader(in)}
	require.NoError(t, in.SetReadDeadline(time.Now().Add(2*time.Minute)))
	t.Cleanup(func() {
		_ = b.write("Browser.close", nil) // it may have ended
		out.Close()
		_ = cmd.Wait() // its exit code says nothing
		in.Close()
	})
	return b
}

func (b *browser) write(method string, params any) error {
	b.last++
	message := map[string]any{"id": b.last, "method": method, "params": params}
	if params == nil {
		message["params"] = struct{}{}
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	j, err := json.Marshal(message)
	if err == nil {
		_, err = b.out.Write(append(j, 0))
	}
	return err
}

// call does one thing and reads up to its answer.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	require.NoError(b.t, b.write(method, params))
	for {
		j, err := b.in.ReadBytes(0)
		require.NoError(b.t, err, method)
		var m struct {
			ID     int             `json:"id"`
			Method string          `json:"method"`
			Params json.RawMessage `json:"params"`
			Result json.RawMessage `json:"result"`
			Error  json.RawMessage `json:"error"`
		}
		require.NoError(b.t, json.Unmarshal(j[:len(j)-1], &m))
		switch {
		case m.Method == "Log.entryAdded", m.Method == "Runtime.exceptionThrown", m.Method == "Runtime.consoleAPICalled":
			b.errors = append(b.errors, string(m.Params))
		case m.ID == b.last:
			require.Empty(b.t, string(m.Error), method)
			if result != nil {
				require.NoError(b.t, json.Unmarshal(m.Result, result))
			}
			return
		}
	}
}

// open opens an address in a new tab of a size, which the next calls are about.
func (b *browser) open(address string, width, height int) {
	b.t.Helper()
	var target struct {
		TargetID string `json:"targetId"`
	}
	var attached struct {
		SessionID string `json:"sessionId"`
	}
	b.session = ""
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "DOM"} {
		b.call(domain+".enable", nil, nil)
	}
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
	b.call("Page.navigate", map[string]any{"url": address}, nil)
	b.wait(`document.readyState === "complete" && document.querySelector("[data-word]").textContent ? "yes" : ""`)
}

// eval is what an expression gives, as text.
func (b *browser) eval(expression string) string {
	b.t.Helper()
	var r struct {
		Result struct {
			Value any `json:"value"`
		} `json:"result"`
	}
	b.call("Runtime.evaluate", map[string]any{"expression": "String(" + expression + ")"}, &r)
	s, _ := r.Result.Value.(string)
	return s
}

// wait is the first text that is not empty.
func (b *browser) wait(expression string) string {
	b.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if s := b.eval(expression); s != "" && s != "undefined" {
			return s
		}
		require.True(b.t, time.Now().Before(deadline), "%s; %s", expression, strings.Join(b.errors, "\n"))
	}
}

// choose gives files to an input, as a person who picks them does.
func (b *browser) choose(input string, paths ...string) {
	b.t.Helper()
	var document struct {
		Root struct {
			NodeID int `json:"nodeId"`
		} `json:"root"`
	}
	var found struct {
		NodeID int `json:"nodeId"`
	}
	b.call("DOM.getDocument", nil, &document)
	b.call("DOM.querySelector", map[string]any{"nodeId": document.Root.NodeID, "selector": input}, &found)
	b.call("DOM.setFileInputFiles", map[string]any{"nodeId": found.NodeID, "files": paths}, nil)
}

// picture is the whole page as PNG.
func (b *browser) picture() []byte {
	b.t.Helper()
	var shot struct {
		Data []byte `json:"data"`
	}
	b.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &shot)
	return shot.Data
}
