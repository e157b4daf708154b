//go:build linux

package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestTryItOutShowsTheAnswer(t *testing.T) {
	_, urls := newWorld(t).run(1, "./examples/notes", "--define", "web.port=0")
	b := open(t, "apidocs", urls[0]+"/apidocs/")
	b.shows(".info .title", "notes")

	const login = `.opblock-post:has([data-path="/login"])`
	b.clicks(login + " .opblock-summary-control")
	b.clicks(login + " .try-out__btn")
	body := chromedp.CSS(login + " .body-param__text")
	b.does(
		chromedp.Focus(body), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)),
		chromedp.KeyEvent(`{"user": "ann", "password": "enoki"}`),
	)
	b.clicks(login + " .execute")
	b.shows(login+" .live-responses-table .response-col_status", "200")
	const answer = login + " .live-responses-table .response-col_description .microlight"
	b.holds(`document.querySelectorAll(` + "`" + answer + "`" + `).length > 0`)
	if token := strings.TrimSpace(b.text(answer)); !strings.HasPrefix(token, "eyJ") {
		t.Errorf("have %q shown, want a token", token)
	}
	b.picture("answer")
}
