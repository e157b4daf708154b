package dash

import (
	"crypto/subtle"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// tokenHeader is where a page proves that it is one of this process.
const tokenHeader = "X-Dash-Token"

// policy lets the page load what comes from here and run nothing that stands in it.
// Trusted types make the browser refuse to read text as HTML, whoever wrote it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// guard refuses requests that were meant for another host, or that a page of another
// origin makes: a name that its owner lets lead to this machine is one of the owner's.
func (d *Dash) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		switch {
		case !d.knows(r.Host):
			refuse(w, http.StatusMisdirectedRequest, "this is svc dash, and not "+strconv.Quote(clip(r.Host, 100))+
				": ask by address, as localhost, or by a name that --host gives")
		case strings.HasPrefix(r.URL.Path, "/api/") && !ownOrigin(r):
			refuse(w, http.StatusForbidden, "only pages of svc dash may ask this")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// knows reports whether a Host header names this server. The port does not matter: it
// changes where one is forwarded.
func (d *Dash) knows(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true // no name that could lead elsewhere
	}
	return slices.ContainsFunc(d.hosts, func(name string) bool { return strings.EqualFold(name, host) })
}

// ownOrigin reports whether no page of another origin makes a request.
func ownOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return false
	}
	origin := r.Header.Get("Origin")
	return origin == "" || origin == "http://"+r.Host || origin == "https://"+r.Host
}

// changing lets through what a page of this process asks for, unless the dash is
// read-only.
func (d *Dash) changing(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		given := r.Header.Get(tokenHeader)
		switch {
		case subtle.ConstantTimeCompare([]byte(given), []byte(d.token)) != 1:
			refuse(w, http.StatusForbidden, "the token of the page is missing or of an earlier svc dash: load the page again")
		case d.readOnly:
			refuse(w, http.StatusForbidden, "svc dash was started with --read-only")
		default:
			next(w, r)
		}
	}
}

// index answers with the page.
func (d *Dash) index(w http.ResponseWriter, _ *http.Request) {
	text, err := template.ParseFS(d.page, "index.html")
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = text.Execute(w, struct { // to a browser that may have left
		Token, Broker, Namespace string
		ReadOnly                 bool
	}{d.token, d.client.Connection().URL(), d.client.Connection().Namespace(), d.readOnly})
}
