//go:build linux

package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
)

// social runs examples/social in one process, on a Redis database of its own.
func (w *world) social() (url string) {
	w.t.Helper()
	_, urls := w.run(1, "./examples/social/...", "--define", "web.port=0", "--define", "redis.development.url="+redistest.URL(w.t))
	return urls[0]
}

// Nothing is typed: the page proposes a body that fits.
func TestS23TryItOutRegistersAUser(t *testing.T) {
	b := open(t, "social", newWorld(t).social()+"/apidocs/")
	b.shows(".info .title", "social")
	b.shows(`[data-path="/api/v1/comment"]`, "/api/v1/comment")
	const operation = `.opblock-post:has([data-path="/api/v1/register"])`
	b.clicks(operation + " .opblock-summary-control")
	b.clicks(operation + " .try-out__btn")
	b.holds("document.querySelector(`" + operation + " .body-param__text`).value.includes('nameko@nameko.com')")
	b.clicks(operation + " .execute")
	const response = operation + " .live-responses-table"
	b.shows(response+" .response-col_status", "200")
	b.shows(response+" .response-col_description .microlight", `"message": ""`)
	shown := b.text(response + " .response-col_description .microlight")
	if !regexp.MustCompile(`"code": 0, "data": { "u_id": "[7-9]\d{6}" }`).MatchString(shown) {
		t.Errorf("have %s shown, want code 0 and a u_id", shown)
	}
	b.clicks(operation + " .execute")
	b.shows(response+" .response-col_description .microlight", "already registered.")
	b.picture("answer")
}

func TestS23DocumentOfSocialIsValidAndTrue(t *testing.T) {
	url := newWorld(t).social()
	d := document(t, url)
	for _, v := range []visit{
		{"POST", "/api/v1/register", `{"email":"nameko@nameko.com","timestamp":1553652949}`, 200},
		{"POST", "/api/v1/register", `{"email":"nameko@nameko.com","timestamp":1553652949}`, 200},
		{"POST", "/api/v1/register", `{"name":"xiaohua"}`, 200},
		{"POST", "/api/v1/register", `{"email":7}`, 400},
		{"POST", "/api/v1/comment", `{}`, 200},
		{"POST", "/api/v1/comment", `{"u_id":"1","article_u_id":1}`, 200},
		{"POST", "/api/v1/comment", `{"u_id":"1","article_u_id":{}}`, 400},
	} {
		d.visit(url, v)
	}
	uID := regexp.MustCompile(`\d{7}`).FindString(do(t, "POST", url+"/api/v1/register", `{"email":"nameko@nameko.com"}`).body)
	d.visit(url, visit{"POST", "/api/v1/comment", strings.ReplaceAll(`{"u_id":"#","article_u_id":#}`, "#", uID), 200})
}
