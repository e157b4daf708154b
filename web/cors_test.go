package web_test

import (
	"net/http"
	"testing"
)

const shop = "https://shop.example"

// preflight is what a browser asks before a request of another origin.
func preflight(v *visitor, origin, method, headers string) answer {
	v.t.Helper()
	return v.ask(http.MethodOptions, "/json", "", "Origin", origin,
		"Access-Control-Request-Method", method, "Access-Control-Request-Headers", headers)
}

func TestTrustedOriginMayCallFromABrowser(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {cors: {origins: ['"+shop+"'], headers: [authorization], expose: [location], credentials: true, max_age: 5m}}", &Forms{})
	a := preflight(v, shop, "PUT", "authorization,content-type")
	if a.StatusCode/100 != 2 {
		t.Errorf("have %d %q, want 2xx", a.StatusCode, a.body)
	}
	a.wantHeader(t, "Access-Control-Allow-Origin", shop)
	a.wantHeader(t, "Access-Control-Allow-Methods", "PUT")
	a.wantHeader(t, "Access-Control-Allow-Headers", "authorization,content-type")
	a.wantHeader(t, "Access-Control-Allow-Credentials", "true")
	a.wantHeader(t, "Access-Control-Max-Age", "300")

	a = v.get("/text", "Origin", shop)
	a.want(t, 200, "grüß <b>dich</b>")
	a.wantHeader(t, "Access-Control-Allow-Origin", shop)
	a.wantHeader(t, "Access-Control-Expose-Headers", "X-Call-Id, Location")
	a.wantHeader(t, "Vary", "Origin")
	v.get("/missing", "Origin", shop).wantHeader(t, "Access-Control-Allow-Origin", shop) // so that the page can read the problem
}

func TestOtherOriginsAreRefused(t *testing.T) {
	t.Parallel()
	for _, cors := range []string{"{}", "{origins: ['" + shop + "'], credentials: true}"} {
		v, _ := launch(t, "web: {cors: "+cors+"}", &Forms{})
		for _, origin := range []string{"https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null"} {
			a := preflight(v, origin, "PUT", "content-type")
			a.wantHeader(t, "Access-Control-Allow-Origin", "")
			a.wantHeader(t, "Access-Control-Allow-Credentials", "")
			v.get("/text", "Origin", origin).wantHeader(t, "Access-Control-Allow-Origin", "")
		}
	}
}

func TestHeadersAndMethodsThatAreNotListedAreRefused(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {cors: {origins: ['*']}}", &Forms{})
	preflight(v, shop, "PUT", "content-type").wantHeader(t, "Access-Control-Allow-Origin", "*")
	preflight(v, shop, "PUT", "x-other").wantHeader(t, "Access-Control-Allow-Origin", "")
	preflight(v, shop, "TRACE", "content-type").wantHeader(t, "Access-Control-Allow-Origin", "")
}

// A page could send a form to a server on this machine, whose answer it does not need
// to read.
func TestPageOfAnotherOriginChangesNothing(t *testing.T) {
	t.Parallel()
	foreign := []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}
	v, _ := launch(t, "", &Forms{})
	p := v.ask("PUT", "/made", "", foreign...).problem(t, http.StatusForbidden)
	wantText(t, p.Detail, "web.cors.origins")
	v.ask("PUT", "/made", "", "Origin", "https://evil.example").problem(t, http.StatusForbidden)
	for _, own := range [][]string{nil, {"Origin", v.url, "Sec-Fetch-Site", "same-origin"}} {
		if a := v.ask("PUT", "/made", "", own...); a.StatusCode != http.StatusCreated {
			t.Errorf("%v: have %d %s, want 201", own, a.StatusCode, a.body)
		}
	}
	v.get("/text", foreign...).want(t, 200, "grüß <b>dich</b>") // which changes nothing

	v, _ = launch(t, "web: {cors: {origins: ['https://*.example']}}", &Forms{})
	if a := v.ask("PUT", "/made", "", foreign...); a.StatusCode != http.StatusCreated {
		t.Errorf("have %d %s from a page that is listed, want 201", a.StatusCode, a.body)
	}
}
