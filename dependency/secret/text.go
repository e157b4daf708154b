// Package secret is keys, passwords and tokens as fields.
//
//	type Payments struct {
//		Key secret.Text `secret:"stripe_key"`
//		…
//	}
//
// They come from a file, the environment or the configuration, see [Text.Provide], and
// do not get into logs, errors or answers: only [Text.Reveal] shows one.
package secret

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Text is a text that does not show itself: it is printed as [redacted] by package fmt
// with every verb, by slog, and in JSON and msgpack, so also in the answer of a method
// that returns it by mistake. Within a struct of the configuration, or of a request, it
// takes the text that stands there; who sends such a request has a string in its place,
// since a Text would arrive as [redacted], which is refused. The zero Text is empty. It
// is safe for concurrent use.
type Text struct {
	// A function, because package fmt prints what fields hold that are not exported, and
	// reflection reaches through pointers.
	reveal func() string // nil for the empty text
}

// Redacted is what stands in place of a secret.
const Redacted = "[redacted]"

var (
	_ fmt.Formatter            = Text{}
	_ slog.LogValuer           = Text{}
	_ encoding.TextMarshaler   = Text{}
	_ encoding.TextUnmarshaler = (*Text)(nil)
)

// New returns a secret text, as a test sets one:
//
//	p := &Payments{Key: secret.New("sk_test")}
func New(text string) Text { return Text{func() string { return text }} }

// Reveal returns the text itself, for whoever has to prove that it is known.
func (t Text) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// Empty reports whether there is no text.
func (t Text) Empty() bool { return t.Reveal() == "" }

// String returns [redacted].
func (Text) String() string { return Redacted }

// Format writes [redacted], whatever the verb.
func (Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// LogValue returns [redacted].
func (Text) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText returns [redacted].
func (Text) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// UnmarshalText takes a text from the configuration or a request. [redacted] is an error:
// it would be a password that everybody knows.
func (t *Text) UnmarshalText(text []byte) error {
	if string(text) == Redacted {
		return errors.New("have a secret that was redacted on its way, want its text: who sends one has a field of the type string")
	}
	*t = New(string(text))
	return nil
}
