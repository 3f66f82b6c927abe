package main

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
)

// office is a person at a member's desk with a browser that knows no scripts:
//
//	office ADDRESS NAME PAGE [ACTION [FIELD=VALUE|FIELD=@FILE]...]
//
// It logs in, opens the page and, if an action is named, fills in and sends the
// form that leads there. It prints the path where that ends and what the page
// says, or what a file holds; what the desk refuses is on stderr.
func office() {
	if err := atTheDesk(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var (
	forms    = regexp.MustCompile(`(?s)<form [^>]*action="([^"]*)".*?</form>`)
	hidden   = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
	chosen   = regexp.MustCompile(`(?s)<main.*</main>`)
	anyTag   = regexp.MustCompile(`(?s)<[^>]*>`)
	manyGaps = regexp.MustCompile(`\s*\n\s*`)
)

func atTheDesk(address, name, page string, rest []string) error {
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar}
	res, err := c.PostForm(address+"/en/login", url.Values{"name": {name}, "password": {os.Getenv("STOCKTAKE_DESK_PASSWORD")}})
	if err != nil {
		return err
	}
	res.Body.Close()
	if res, err = c.Get(address + page); err != nil {
		return err
	}
	if len(rest) == 0 {
		return readPage(res)
	}
	b, _ := io.ReadAll(res.Body)
	res.Body.Close()
	for _, m := range forms.FindAllStringSubmatch(string(b), -1) {
		if !strings.HasSuffix(m[1], rest[0]) {
			continue
		}
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, h := range hidden.FindAllStringSubmatch(m[0], -1) {
			_ = w.WriteField(h[1], html.UnescapeString(h[2]))
		}
		for _, field := range rest[1:] {
			field, value, _ := strings.Cut(field, "=")
			file, ok := strings.CutPrefix(value, "@")
			if !ok {
				_ = w.WriteField(field, value)
				continue
			}
			content, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			part, _ := w.CreateFormFile(field, file)
			_, _ = part.Write(content)
		}
		w.Close()
		if res, err = c.Post(address+m[1], w.FormDataContentType(), &body); err != nil {
			return err
		}
		return readPage(res)
	}
	return fmt.Errorf("%s has no form that leads to %s: %s", page, rest[0], text(b))
}

func readPage(res *http.Response) error {
	b, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil {
		return err
	}
	if res.StatusCode >= 400 {
		return fmt.Errorf("%s: %s", res.Status, text(b))
	}
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		_, err = os.Stdout.Write(b)
		return err
	}
	_, err = fmt.Printf("%s\n%s\n", res.Request.URL.Path, text(b))
	return err
}

// text is what people read of a page.
func text(page []byte) string {
	return strings.TrimSpace(manyGaps.ReplaceAllString(html.UnescapeString(anyTag.ReplaceAllString(chosen.FindString(string(page)), "")), "\n"))
}
