package desk

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// session is one person who has logged in. It lives in memory: who restarts the
// node logs everybody out.
type session struct {
	*Person
	id, token string // the cookie's value; what every form carries
	last      time.Time
}

const cookieName = "stocktake-desk"

type sessions struct {
	now   func() time.Time
	mu    sync.Mutex
	byID  map[string]*session
	tries map[string][]time.Time // wrong passwords, by name
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, byID: map[string]*session{}, tries: map[string][]time.Time{}}
}

// begin logs a person in.
func (s *sessions) begin(p *Person) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var oldest *session
	for _, other := range s.byID {
		if oldest == nil || other.last.Before(oldest.last) {
			oldest = other
		}
	}
	if len(s.byID) >= maxSessions {
		delete(s.byID, oldest.id)
	}
	n := &session{Person: p, id: rand.Text(), token: rand.Text(), last: s.now()}
	s.byID[n.id] = n
	delete(s.tries, p.Name)
	return n
}

// find is the session of a request; nil if it has none that lasts.
func (s *sessions) find(r *http.Request) *session {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.byID[c.Value]
	if found == nil {
		return nil
	}
	if s.now().Sub(found.last) > sessionFor {
		delete(s.byID, found.id)
		return nil
	}
	found.last = s.now()
	of := *found // its own: requests of one session run at once
	return &of
}

func (s *sessions) end(of *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, of.id)
}

// mayTry is whether a name has not had too many wrong passwords lately; wrong
// counts one.
func (s *sessions) mayTry(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	var recent []time.Time
	for _, t := range s.tries[name] {
		if s.now().Sub(t) < tryWindow {
			recent = append(recent, t)
		}
	}
	if len(recent) == 0 {
		delete(s.tries, name)
	} else {
		s.tries[name] = recent
	}
	return len(recent) < maxTries
}

func (s *sessions) wrong(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tries) < maxSessions || s.tries[name] != nil {
		s.tries[name] = append(s.tries[name], s.now())
	}
}

// policy lets a page load the desk's own style and script, send forms to the
// desk, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// guard looks at every request before a route sees it: it has to be for this
// machine's own name, so that no page elsewhere can point its name here, and
// not from another site.
func (d *Desk) guard(next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		switch {
		case host != "localhost" && host != "127.0.0.1" && host != "::1" && host != "[::1]":
			http.Error(w, speaks(r).Text("cannot.host"), http.StatusMisdirectedRequest)
		case sameOrigin.Check(r) != nil:
			http.Error(w, speaks(r).Text("cannot.origin"), http.StatusForbidden)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, bodyLimit(r))
			next.ServeHTTP(w, r)
		}
	})
}

// forPeople lets only people in who have logged in and may still; what changes
// something carries their session's token.
func (d *Desk) forPeople(next answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s := d.sessions.find(r)
		if s != nil {
			if s.Person = d.people.named(s.Name); s.Person == nil {
				d.sessions.end(s)
				s = nil
			}
		}
		if s == nil {
			goTo(w, r, "/login")
			return
		}
		err := func() error {
			if r.Method == http.MethodPost {
				if err := readForm(r); err != nil {
					return err
				}
				if subtle.ConstantTimeCompare([]byte(r.PostFormValue("token")), []byte(s.token)) != 1 {
					return cannot(http.StatusForbidden, "cannot.token")
				}
			}
			return next(r.Context(), w, r, s)
		}()
		if err != nil && !errors.Is(err, context.Canceled) {
			d.errorPage(w, r, s, err)
		}
	}
}

func (d *Desk) loginPage(w http.ResponseWriter, r *http.Request) {
	all, err := readPeople(d.people.file)
	body := struct{ Nobody, Wrong, Wait bool }{Nobody: len(all) == 0 && err == nil, Wrong: r.URL.Query().Has("wrong"), Wait: r.URL.Query().Has("wait")}
	d.show(w, r, nil, "login", speaks(r).Text("login.title"), body)
}

func (d *Desk) login(w http.ResponseWriter, r *http.Request) {
	if err := readForm(r); err != nil {
		d.errorPage(w, r, nil, err)
		return
	}
	name := r.PostFormValue("name")
	if !d.sessions.mayTry(name) {
		goTo(w, r, "/login?wait")
		return
	}
	p, err := d.people.find(name, r.PostFormValue("password"))
	if err != nil {
		d.errorPage(w, r, nil, err)
		return
	}
	if p == nil {
		d.sessions.wrong(name)
		goTo(w, r, "/login?wrong")
		return
	}
	s := d.sessions.begin(p)
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: s.id, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	goTo(w, r, "/")
}

func (d *Desk) logout(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	d.sessions.end(s)
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	goTo(w, r, "/login")
	return nil
}
