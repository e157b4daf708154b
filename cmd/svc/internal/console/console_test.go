package console_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/console"
)

const started = `{"time":"2026-03-01T12:00:00.5Z","level":"INFO","msg":"started","service":"orders","version":"1.0.0","workers":10}` + "\n"

// clock is when that was, for the reader.
var clock = time.Date(2026, 3, 1, 12, 0, 0, 5e8, time.UTC).Local().Format("15:04:05.000")

func TestRecordsAreAlignedForPeople(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, label, line, want string }{
		{"a process alone is called by its service", "", started, clock + " INFO  orders  started                  version=1.0.0 workers=10\n"},
		{"an instance by both", "2", started, clock + " INFO  orders 2  started                  version=1.0.0 workers=10\n"},
		{"one of several by its label", "shop.Orders", started, clock + " INFO  shop.Orders  started                  service=orders version=1.0.0 workers=10\n"},
		{"without attributes", "", record(`"msg":"ready"`), clock + " WARN  ready\n"},
		{"groups", "", record(`"msg":"m","a":{"b":1,"c":{"d":"x y"}},"e":null,"f":[1,2]`), clock + ` WARN  m                        a.b=1 a.c.d="x y" e=null f=[1,2]` + "\n"},
		{"quotes", "", record(`"msg":"m","a":"","b":"x=\"y\""`), clock + ` WARN  m                        a="" b="x=\"y\""` + "\n"},
		{"what a terminal would obey", "", record(`"msg":"m\u001b[2J","a\u001b":"\u001b[0m"`), clock + ` WARN  m\x1b[2J                 a\x1b=\x1b[0m` + "\n"},
		{
			"errors of several lines", "", record(`"msg":"call failed","error":"first\n\tsecond\n","n":1`),
			clock + " WARN  call failed              n=1\n                   error:\n                     first\n                         second\n",
		},
		{"no record", "", "hello\n", "hello\n"},
		{"no record of one of several", "shop", "panic: x\n", strings.Repeat(" ", 19) + "shop  panic: x\n"},
		{"JSON that is no record", "", `{"a":1}` + "\n", `{"a":1}` + "\n"},
		{"a time that is none", "", `{"time":"now","level":"INFO","msg":"m"}` + "\n", `{"time":"now","level":"INFO","msg":"m"}` + "\n"},
		{"half a record", "", `{"time":"2026-03-01T12:00:00Z","level":"INFO","msg":}` + "\n", `{"time":"2026-03-01T12:00:00Z","level":"INFO","msg":}` + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if have := written(t, console.Options{Format: console.Pretty}, tt.label, tt.line); have != tt.want {
				t.Errorf("have\n%s\nwant\n%s", have, tt.want)
			}
		})
	}
}

func record(members string) string {
	return `{"time":"2026-03-01T12:00:00.5Z","level":"WARN",` + members + "}\n"
}

func TestColoursTellLevelsAndProcessesApart(t *testing.T) {
	t.Parallel()
	c := console.New(console.Options{Format: console.Pretty, Colour: true})
	var out bytes.Buffer
	for _, label := range []string{"one", "two", "one"} {
		w := c.Writer(label, &out)
		_, _ = w.Write([]byte(record(`"msg":"m","error":"x","a":1`)))
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{"\x1b[36mone\x1b[0m", "\x1b[35mtwo\x1b[0m", "\x1b[36mone\x1b[0m"} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d is %q, want it with %q", i, lines[i], want)
		}
	}
	want := "\x1b[2m" + clock + "\x1b[0m \x1b[33mWARN \x1b[0m \x1b[36mone\x1b[0m  \x1b[1mm                       \x1b[0m \x1b[2merror=\x1b[0m\x1b[31mx\x1b[0m \x1b[2ma=1\x1b[0m"
	if lines[0] != want {
		t.Errorf("have\n%q\nwant\n%q", lines[0], want)
	}
}

func TestLabelsFormAColumn(t *testing.T) {
	t.Parallel()
	c := console.New(console.Options{Format: console.Pretty})
	var out bytes.Buffer
	short, long := c.Writer("a", &out), c.Writer("abcdef", &out)
	_, _ = short.Write([]byte("x\n"))
	_, _ = long.Write([]byte("y\n"))
	_, _ = short.Write([]byte("z\n"))
	if want := strings.Repeat(" ", 19) + "a  x\n" + strings.Repeat(" ", 19) + "abcdef  y\n" + strings.Repeat(" ", 19) + "a       z\n"; out.String() != want {
		t.Errorf("have %q, want %q", out.String(), want)
	}
}

func TestJSONCarriesTheLabelOfOneOfSeveral(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ label, line, want string }{
		{"", started, started},
		{"", "hello", "hello"},
		{"shop 2", started, strings.Replace(started, "}\n", `,"process":"shop 2"}`+"\n", 1)},
		{"shop", "hello\n", "hello\n"},
		{"shop", `{"a":1}` + "\n", `{"a":1}` + "\n"},
	} {
		if have := written(t, console.Options{Format: console.JSON}, tt.label, tt.line); have != tt.want {
			t.Errorf("%q: have %q, want %q", tt.label, have, tt.want)
		}
	}
}

func TestTextOfAProcessAloneIsUnchanged(t *testing.T) {
	t.Parallel()
	if have := written(t, console.Options{Format: console.Text}, "", "one\nhalf"); have != "one\nhalf" {
		t.Errorf("have %q", have)
	}
}

func TestFormatsHaveNames(t *testing.T) {
	t.Parallel()
	for _, want := range console.Formats {
		if have, err := console.Parse(string(want)); have != want || err != nil {
			t.Errorf("have %q, %v, want %q", have, err, want)
		}
	}
	if _, err := console.Parse("xml"); err == nil || !strings.Contains(err.Error(), `have "xml"`) {
		t.Errorf("have %v, want an error that says what was found", err)
	}
}

func TestRecordsOfNobodyKeepTheColumn(t *testing.T) {
	t.Parallel()
	have := written(t, console.Options{Format: console.Pretty}, "", started, record(`"msg":"m"`))
	if want := clock + " INFO  orders  started                  version=1.0.0 workers=10\n" + clock + " WARN          m\n"; have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}

func TestPlainLinesOfAnInstanceHaveItsName(t *testing.T) {
	t.Parallel()
	have := written(t, console.Options{Format: console.Pretty}, "2", started, "hello\n")
	if want := clock + " INFO  orders 2  started                  version=1.0.0 workers=10\n" + strings.Repeat(" ", 19) + "orders 2  hello\n"; have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}
