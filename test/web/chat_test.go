//go:build linux

package web_test

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/enoki-go/enoki/internal/freeport"
)

func TestTwoBrowsersTalkThroughTwoInstances(t *testing.T) {
	port := freeport.Row(t, 2)
	_, urls := newWorld(t).run(2, "./examples/chat", "--port", strconv.Itoa(port))
	if urls[0] == urls[1] {
		t.Fatalf("have both instances at %s", urls[0])
	}
	ann, ben := open(t, "chat-ann", urls[0]), open(t, "chat-ben", urls[1])
	join(ann, "Ann")
	join(ben, "Ben")
	ann.shows(".news", "Ben has joined")

	say(ann, "Hello Ben, this is <b>bold</b>.")
	ben.shows(".said", "Hello Ben, this is <b>bold</b>.")
	say(ben, "Hello Ann!")
	for _, b := range []*browser{ann, ben} {
		b.shows(".said", "Hello Ann!")
		b.picture("talk")
	}
	if mine := ben.text(".said.mine"); mine == "" || mine == ben.text(".said") {
		t.Errorf("Ben: have %q of his own in %q", mine, ben.text(".said"))
	}

	ben.clicks("#leave")
	ann.shows(".news", "Ben has left")
}

// The page tells what the service does not take, and stays usable.
func TestPageOfTheChatShowsWhatWasRefused(t *testing.T) {
	_, urls := newWorld(t).run(1, "./examples/chat", "--define", "web.port=0")
	b := open(t, "chat-refused", urls[0])
	b.shows("#state", "open")
	b.types("#door [name=name]", " ")
	b.clicks("#door button")
	b.shows("#problem", "name: have 0 characters")
	join(b, "Ann")
	b.holds(`document.querySelector("#problem").hidden`)
}

func TestChatFitsOnAPhoneInTheDark(t *testing.T) {
	_, urls := newWorld(t).run(1, "./examples/chat", "--define", "web.port=0")
	b := open(t, "chat-phone", urls[0])
	b.does(chromedp.EmulateViewport(360, 640, chromedp.EmulateMobile, chromedp.EmulateTouch))
	b.dark()
	join(b, "Ann")
	say(b, "A line that is longer than a phone is wide, and-a-word-that-is-longer-than-a-phone-is-wide-all-by-itself")
	b.shows(".said", "A line")
	b.picture("line")
	for _, part := range []string{"html", "#lines"} {
		if width := evaluate[int](b, `document.querySelector("`+part+`").scrollWidth`); width > 360 {
			t.Errorf("have %s %d pixels wide, want at most the 360 of the phone", part, width)
		}
	}
	background := evaluate[string](b, `getComputedStyle(document.body).backgroundColor`)
	if light := "rgb(246, 246, 244)"; background == light {
		t.Errorf("have the background %s in the dark", background)
	}
}

func join(b *browser, name string) {
	b.t.Helper()
	b.shows("#state", "open")
	b.types("#door [name=name]", name)
	b.clicks("#door button")
	b.shows(".news", name+" has joined")
}

func say(b *browser, text string) {
	b.t.Helper()
	b.types("#talk input", text)
	b.clicks("#talk button")
}
