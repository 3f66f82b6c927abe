package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/desk"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// office is a desk over a real node of a federation.
type office struct {
	t       *testing.T
	node    *node.Node
	home    node.Home
	address string
	others  []member
}

const password = "a password of its own"

// newOffice has keys without a password, if it is "": opening one that has is
// slow by design.
func newOffice(t *testing.T, keyPassword string) *office {
	return openOffice(t, keyPassword, false)
}

// member is a participant without a node.
type member struct {
	review.ParticipantID
	*signing.DocumentSigner
}

// newOfficeAmong is an office in a federation with other members, who have no node.
func newOfficeAmong(t *testing.T, others ...review.Participant) *office {
	return openOffice(t, "", false, others...)
}

// newRunningOffice is one whose node also witnesses what it files.
func newRunningOffice(t *testing.T, others ...review.Participant) *office {
	o := openOffice(t, "", true, others...)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- o.node.Run(ctx) }()
	t.Cleanup(func() { stop(); require.ErrorIs(t, <-done, context.Canceled) })
	return o
}

func openOffice(t *testing.T, keyPassword string, running bool, others ...review.Participant) *office {
	var ask signing.Password
	if keyPassword != "" {
		ask = func(bool) ([]byte, error) { return []byte(keyPassword), nil }
	}
	dir := t.TempDir()
	home := node.Home(filepath.Join(dir, "a"))
	card, err := node.Init(home, node.InitOptions{
		Participant: review.Participant{ID: "xsa", Kind: "state", Name: "Samplia", Sample: true},
		Addresses:   []string{"/ip4/127.0.0.1/tcp/19997"}, Listen: []string{"/ip4/127.0.0.1/tcp/0"}, HTTP: "127.0.0.1:0",
		Password: ask,
	})
	require.NoError(t, err)
	author, err := home.DocumentSigner(node.RoleAuthor, ask)
	require.NoError(t, err)
	cards, members := []ceremony.Card{card}, []member{{"xsa", author}}
	for _, p := range others {
		at := node.Home(filepath.Join(dir, string(p.ID)))
		card, err := node.Init(at, node.InitOptions{Participant: p, Author: true})
		require.NoError(t, err)
		signer, err := at.DocumentSigner(node.RoleAuthor, nil)
		require.NoError(t, err)
		cards, members = append(cards, card), append(members, member{p.ID, signer})
	}
	charter, err := ceremony.Convene(cards, ceremony.Convening{Title: "SAMPLE", Suffix: "test.example", Witnesses: []review.ParticipantID{"xsa"}, Sample: true})
	require.NoError(t, err)
	signed, err := node.SignCharter(author, "xsa", *charter)
	require.NoError(t, err)
	genesis, err := review.Parse(signed.Payload)
	require.NoError(t, err)
	founding := append(signed.Marshal(), '\n')
	for _, m := range members {
		accession, err := node.SignAccession(m.DocumentSigner, m.ParticipantID, genesis, "")
		require.NoError(t, err)
		founding = append(append(founding, accession.Marshal()...), '\n')
	}
	file := filepath.Join(dir, "federation.jsonl")
	require.NoError(t, os.WriteFile(file, founding, 0o600))
	_, err = node.Join(t.Context(), home, file, ask)
	require.NoError(t, err)
	n, err := node.Open(home, node.Options{Offline: !running, Password: ask, Store: store.Options{WriteBuffer: 2 << 20, MinFree: 1}})
	require.NoError(t, err)
	t.Cleanup(func() { n.Close() })
	d, err := n.Desk()
	require.NoError(t, err)
	s := httptest.NewServer(d.Handler())
	t.Cleanup(s.Close)
	return &office{t, n, home, s.URL, members[1:]}
}

// person is somebody at the desk, with a browser.
type person struct {
	*office
	client *http.Client
	token  string
}

func (o *office) person(name string, roles ...desk.Role) *person {
	require.NoError(o.t, desk.SetPerson(o.home.DeskFolder(), name, roles, []byte(password)))
	jar, _ := cookiejar.New(nil)
	p := &person{o, &http.Client{Jar: jar}, ""}
	_, body := p.post("/login", url.Values{"name": {name}, "password": {password}})
	p.token = regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(body)[1]
	return p
}

func (p *person) get(path string) (int, string) {
	res, err := p.client.Get(p.address + path)
	require.NoError(p.t, err)
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func (p *person) post(path string, form url.Values) (*http.Response, string) {
	form.Set("token", p.token)
	res, err := p.client.PostForm(p.address+path, form)
	require.NoError(p.t, err)
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res, string(b)
}

func (p *person) upload(path, field, name string, content []byte) (*http.Response, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	require.NoError(p.t, w.WriteField("token", p.token))
	f, err := w.CreateFormFile(field, name)
	require.NoError(p.t, err)
	f.Write(content)
	require.NoError(p.t, w.Close())
	res, err := p.client.Post(p.address+path, w.FormDataContentType(), &b)
	require.NoError(p.t, err)
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res, string(body)
}

// begin begins a draft and is its path.
func (p *person) begin(kind string, about review.DocumentID) string {
	res, _ := p.post("/drafts", url.Values{"kind": {kind}, "about": {string(about)}})
	require.Regexp(p.t, `^/en/drafts/[A-Z2-7]+$`, res.Request.URL.Path)
	return res.Request.URL.Path
}

var pledge = url.Values{
	"/title": {"SAMPLE Birth registration"}, "/language": {"en"}, "/form": {"individual"}, "/objectives": {"4", "15"}, "/due": {"2028-12-31"}, "/sample": {"true"},
	"/targets/0/id": {"registered"}, "/targets/0/indicator": {"Children registered"}, "/targets/0/value": {"95"}, "/targets/0/unit": {"per cent"}, "/targets/0/due": {"2028-12-31"},
}

func TestADocumentGoesThroughFourEyes(t *testing.T) {
	o := newOffice(t, "key password")
	writer := o.person("Writer", desk.Drafter, desk.Clearer)
	clearer := o.person("Clearer", desk.Clearer)
	signer := o.person("Signer", desk.Signer)

	draft := writer.begin("pledge", "")
	_, body := writer.post(draft, url.Values{"/title": {"SAMPLE Birth registration"}, "/objectives": {"99"}, "submit": {"true"}})
	assert.Contains(t, body, "being written", "what is wrong is not sent for clearance")
	assert.Contains(t, body, "the compact has no objective 99")
	_, body = writer.post(draft, pledge)
	assert.Contains(t, body, "Nothing is missing")

	res, body := signer.post(draft+"/sign", url.Values{"password": {"key password"}})
	assert.Equal(t, http.StatusConflict, res.StatusCode, body)
	form := url.Values{"submit": {"true"}}
	for k, v := range pledge {
		form[k] = v
	}
	_, body = writer.post(draft, form)
	require.Contains(t, body, "waiting for clearance")

	content := regexp.MustCompile(`name="content" value="([0-9a-f]+)"`)
	assert.NotRegexp(t, content, body, "who wrote it is not asked to clear it")
	res, _ = writer.post(draft+"/clear", url.Values{"content": {strings.Repeat("0", 64)}})
	assert.Equal(t, http.StatusForbidden, res.StatusCode, "who wrote it cannot clear it")
	_, page := clearer.get(draft)
	seen := content.FindStringSubmatch(page)[1]

	// A change while it is read, and one after it was cleared.
	changed := url.Values{}
	for k, v := range form {
		changed[k] = v
	}
	changed.Set("/due", "2029-12-31")
	writer.post(draft, changed)
	_, body = writer.post(draft, changed)
	require.Contains(t, body, "waiting for clearance")
	res, body = clearer.post(draft+"/clear", url.Values{"content": {seen}})
	assert.Equal(t, http.StatusConflict, res.StatusCode)
	assert.Contains(t, body, "changed while you read it")
	_, page = clearer.get(draft)
	seen = content.FindStringSubmatch(page)[1]
	_, body = clearer.post(draft+"/clear", url.Values{"content": {seen}, "note": {"Agreed"}})
	require.Contains(t, body, `"state good">cleared`)
	res, _ = clearer.post(draft+"/sign", url.Values{"password": {"key password"}})
	assert.Equal(t, http.StatusForbidden, res.StatusCode, "who is no signer does not sign")

	res, body = signer.post(draft+"/sign", url.Values{"password": {"wrong"}})
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	assert.Contains(t, body, "could not be signed")
	_, body = signer.post(draft+"/sign", url.Values{"password": {"key password"}})
	require.Contains(t, body, "Filed as")

	list, err := o.node.Documents(context.Background(), web.Query{Kind: review.KindPledge})
	require.NoError(t, err)
	require.Len(t, list, 1)
	e, err := o.node.Envelope(context.Background(), list[0].ID)
	require.NoError(t, err)
	doc, err := review.Parse(e.Payload)
	require.NoError(t, err)
	assert.Equal(t, []int{4, 15}, doc.Predicate.(*review.Pledge).Objectives)
	assert.Equal(t, "2029-12-31", doc.Predicate.(*review.Pledge).Due)
	assert.Equal(t, "95", doc.Predicate.(*review.Pledge).Targets[0].Value)
	res, _ = writer.post(draft, pledge)
	assert.Equal(t, http.StatusConflict, res.StatusCode, "what is filed is not changed")
}

// clearedPledge is a pledge that another has cleared.
func (o *office) clearedPledge() (draft string, writer, signer *person) {
	writer, signer = o.person("Writer", desk.Drafter), o.person("Signer", desk.Signer)
	clearer := o.person("Clearer", desk.Clearer)
	draft = writer.begin("pledge", "")
	res, body := writer.upload(draft+"/files", "file", "Minister Smith's draft.TXT", []byte("An annex.\n"))
	require.Equal(o.t, http.StatusOK, res.StatusCode, body)
	assert.Contains(o.t, body, "annex-1.txt")
	assert.NotContains(o.t, body, "Smith")
	form := url.Values{"submit": {"true"}}
	for k, v := range pledge {
		form[k] = v
	}
	writer.post(draft, form)
	_, page := clearer.get(draft)
	_, body = clearer.post(draft+"/clear", url.Values{"content": {regexp.MustCompile(`name="content" value="([0-9a-f]+)"`).FindStringSubmatch(page)[1]}})
	require.Contains(o.t, body, `"state good">cleared`)
	return draft, writer, signer
}

// TestADetailGoesWithADraft: the text is kept beside it, and the document has its
// digest only.
func TestADetailGoesWithADraft(t *testing.T) {
	o := newOffice(t, "")
	writer := o.person("Writer", desk.Drafter)
	draft := writer.begin("pledge", "")
	contact := url.Values{"name": {"contact"}, "text": {"Jane Doe,\r\nfocal point"}}
	_, body := writer.post(draft+"/details", contact)
	assert.Contains(t, body, "contact.detail.json")
	for _, wrong := range []url.Values{{"name": {"A contact"}, "text": {"Jane Doe"}}, {"name": {"other"}}, contact} {
		res, _ := writer.post(draft+"/details", wrong)
		assert.GreaterOrEqual(t, res.StatusCode, 400, wrong)
	}
	_, page := writer.get(draft + "/preview")
	digest := regexp.MustCompile(`class="id" dir="ltr">([0-9a-f]{64})`).FindStringSubmatch(page)[1]
	assert.NotContains(t, page, "Jane Doe")
	found, err := filepath.Glob(filepath.Join(string(o.home), "*", "files", digest))
	require.NoError(t, err)
	require.Len(t, found, 1)
	b, err := os.ReadFile(found[0])
	require.NoError(t, err)
	_, content, _ := strings.Cut(string(b), "\n")
	detail, err := review.ParseDetail("contact.detail.json", []byte(content))
	require.NoError(t, err)
	assert.Equal(t, "Jane Doe,\nfocal point", detail.Text)
}

// TestWhatWasSignedElsewhereIsWhatWasCleared: the draft is taken away, signed
// where the key is, and brought back; another text is not taken.
func TestWhatWasSignedElsewhereIsWhatWasCleared(t *testing.T) {
	o := newOffice(t, "")
	draft, _, signer := o.clearedPledge()
	_, taken := signer.get(draft + "/draft")
	key, err := o.home.DocumentSigner(node.RoleAuthor, nil)
	require.NoError(t, err)
	f, err := o.home.Founding()
	require.NoError(t, err)
	_, page := signer.get(draft + "/preview")
	annex := regexp.MustCompile(`class="id" dir="ltr">([0-9a-f]{64})`).FindStringSubmatch(page)[1]
	signElsewhere := func(yaml string, attachments ...review.Subject) []byte {
		payload, err := review.Complete([]byte(yaml), review.Completion{Federation: f.Genesis.ID, Charter: f.Genesis.ID, Author: "xsa", Created: node.Now(), Salt: node.NewSalt(), Attachments: attachments})
		require.NoError(t, err)
		e, err := key.Sign(payload)
		require.NoError(t, err)
		return e.Marshal()
	}
	subject := review.AttachmentSubject("annex-1.txt", review.DocumentID(annex))
	for name, wrong := range map[string][]byte{
		"another due date": signElsewhere(strings.ReplaceAll(taken, "2028-12-31", "2028-12-30"), subject),
		"no attachment":    signElsewhere(taken),
		"no envelope":      []byte(taken),
	} {
		res, _ := signer.upload(draft+"/envelope", "envelope", "e.json", wrong)
		assert.NotEqual(t, http.StatusOK, res.StatusCode, name)
	}
	res, body := signer.upload(draft+"/envelope", "envelope", "e.json", signElsewhere(taken, subject))
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	require.Contains(t, body, "Filed as")
	state, err := o.node.AttachmentState(context.Background(), review.DocumentID(annex))
	require.NoError(t, err)
	assert.Equal(t, web.AttachmentHeld, state.State)
}

func TestAReportStartsFromTheLast(t *testing.T) {
	o := newOffice(t, "")
	draft, writer, signer := o.clearedPledge()
	signer.post(draft+"/sign", url.Values{"password": {"key password"}})
	list, err := o.node.Documents(context.Background(), web.Query{Kind: review.KindPledge})
	require.NoError(t, err)
	res, page := writer.post("/drafts", url.Values{"kind": {"pledge"}, "last": {"true"}})
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Contains(t, page, "SAMPLE Birth registration")
	assert.Contains(t, page, `value="95"`)
	_, page = writer.get("/new?kind=report")
	assert.Contains(t, page, string(list[0].ID))
	_, page = writer.post(writer.begin("report", list[0].ID), url.Values{"about": {string(list[0].ID)}, "/title": {"SAMPLE Report"}, "/language": {"en"}, "/sample": {"true"}, "/status": {"in-progress"}})
	assert.Contains(t, page, "Nothing is missing")
	_, page = writer.get("/filed")
	assert.Contains(t, page, "SAMPLE Birth registration")
	_, page = writer.get("/node")
	assert.Contains(t, page, "none was made", "of a backup")
}

func TestTheDeskIsForPeopleOfTheHouse(t *testing.T) {
	o := newOffice(t, "")
	writer := o.person("Writer", desk.Drafter)
	draft := writer.begin("pledge", "")
	stranger := &person{o, &http.Client{}, ""}
	for _, path := range []string{"/", "/new", draft, draft + "/preview", draft + "/draft", "/filed", "/node"} {
		_, body := stranger.get(path)
		assert.Contains(t, body, "Log in", path)
		assert.NotContains(t, body, "Log out", path)
	}
	res, _ := stranger.post("/login", url.Values{"name": {"Writer"}, "password": {"wrong password"}})
	assert.Contains(t, res.Request.URL.RawQuery, "wrong")

	// Without the session's token nothing changes, from another site neither.
	token := writer.token
	writer.token = "another"
	res, _ = writer.post(draft, pledge)
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	writer.token = token
	req, _ := http.NewRequest("POST", o.address+draft, strings.NewReader(url.Values{"token": {token}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := writer.client.Do(req)
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	req, _ = http.NewRequest("GET", o.address+"/", nil)
	req.Host = "desk.example"
	res, err = writer.client.Do(req)
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, http.StatusMisdirectedRequest, res.StatusCode)

	// Who has left is out at once.
	require.NoError(t, desk.SetPerson(o.home.DeskFolder(), "Writer", nil, nil))
	_, body := writer.get("/")
	assert.NotContains(t, body, "Log out")

	// Guessing is slow.
	o.person("Other", desk.Drafter)
	for range 8 {
		stranger.post("/login", url.Values{"name": {"Other"}, "password": {"wrong password"}})
	}
	res, _ = stranger.post("/login", url.Values{"name": {"Other"}, "password": {password}})
	assert.Contains(t, res.Request.URL.RawQuery, "wait")
}

func TestHarmfulInputHarmsNobody(t *testing.T) {
	o := newOffice(t, "")
	writer := o.person("Writer", desk.Drafter)
	draft := writer.begin("pledge", "")
	harm := `"><script>alert(1)</script>`
	form := url.Values{"/title": {harm}, "/summary": {harm}, "/targets/0/id": {harm}, "about": {harm}, "/nosuch": {harm}, "/objectives": {harm}}
	res, body := writer.post(draft, form)
	require.Equal(t, http.StatusOK, res.StatusCode)
	assert.NotContains(t, body, "<script>alert")
	for _, path := range []string{draft, draft + "/preview", "/"} {
		_, body := writer.get(path)
		assert.NotContains(t, body, "<script>alert", path)
	}
	for _, path := range []string{"/drafts/..%2f..%2fconfig", "/drafts/AAAA", "/drafts/a", "/new?kind=opening", "/new?kind=" + url.QueryEscape(harm)} {
		status, body := writer.get(path)
		assert.Equal(t, http.StatusNotFound, status, path)
		assert.NotContains(t, body, "<script>alert", path)
	}
	many := url.Values{}
	for i := range 3000 {
		many.Add("/objectives", fmt.Sprint(i))
	}
	res, _ = writer.post(draft, many)
	assert.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
	res, _ = writer.post(draft, url.Values{"/summary": {strings.Repeat("x", 1<<20)}})
	assert.GreaterOrEqual(t, res.StatusCode, 400)
	res, _ = writer.upload(draft+"/files", "file", "a.exe", []byte("MZ"))
	assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
}

// TestEveryKindHasAForm: what a form shows of each kind's example, it reads back
// as it was.
func TestEveryKindHasAForm(t *testing.T) {
	o := newOffice(t, "")
	writer := o.person("Writer", desk.Drafter)
	for _, k := range review.Kinds() {
		b, err := os.ReadFile("../../review/testdata/examples/" + string(k) + ".yaml")
		require.NoError(t, err)
		kind, fields, about, err := review.ReadDraft(b)
		require.NoError(t, err, k)
		res, _ := writer.post("/drafts", url.Values{"kind": {string(kind)}})
		if res.StatusCode == http.StatusNotFound {
			continue // the node or a command makes these
		}
		draft := res.Request.URL.Path
		form := url.Values{"about": {string(about)}}
		fill(form, "", fields)
		writer.post(draft, form)
		_, taken := writer.get(draft + "/draft")
		var got map[string]any
		require.NoError(t, json.Unmarshal([]byte(taken), &got))
		delete(got, "kind")
		delete(got, "about")
		for name, f := range review.Fields(kind).Properties {
			if f.Filled {
				delete(fields, name)
			}
		}
		want, err := json.Marshal(fields)
		require.NoError(t, err)
		have, err := json.Marshal(got)
		require.NoError(t, err)
		assert.JSONEq(t, string(want), string(have), k)
	}
}

// fill types fields into a form as a browser would send them.
func fill(form url.Values, pointer string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, part := range v {
			fill(form, pointer+"/"+name, part)
		}
	case []any:
		var lines []string
		for i, part := range v {
			if _, group := part.(map[string]any); group {
				fill(form, fmt.Sprintf("%s/%d", pointer, i), part)
			} else {
				lines = append(lines, fmt.Sprint(part))
			}
		}
		switch {
		case lines == nil:
		case boxes[pointer[strings.LastIndex(pointer, "/")+1:]]:
			form[pointer] = lines
		default:
			form.Set(pointer, strings.Join(lines, "\r\n"))
		}
	default:
		form.Set(pointer, fmt.Sprint(v))
	}
}

// boxes are the fields that have boxes to tick.
var boxes = map[string]bool{}

func init() {
	var walk func(name string, f *review.Field)
	walk = func(name string, f *review.Field) {
		if f.Type == "array" && (len(f.Items.Enum) > 0 || f.Items.Form == "objective") {
			boxes[name] = true
		}
		if f.Items != nil {
			walk(name, f.Items)
		}
		for name, p := range f.Properties {
			walk(name, p)
		}
	}
	for _, k := range review.Kinds() {
		walk("", review.Fields(k))
	}
}

// uploadWith sends a form with a file.
func (p *person) uploadWith(path, field, name string, content []byte, form url.Values) (*http.Response, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	require.NoError(p.t, w.WriteField("token", p.token))
	for key, values := range form {
		require.NoError(p.t, w.WriteField(key, values[0]))
	}
	f, err := w.CreateFormFile(field, name)
	require.NoError(p.t, err)
	f.Write(content)
	require.NoError(p.t, w.Close())
	res, err := p.client.Post(p.address+path, w.FormDataContentType(), &b)
	require.NoError(p.t, err)
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res, string(body)
}
