package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

const blanks = " \t\r\n"

// textPart is one element of a JSON array, or one entry of a JSON object.
type textPart struct {
	name   string // of an entry
	value  []byte
	offset int // of value in the message
}

// splitText cuts an array or an object, told by its opening bracket, into its
// parts. The values are checked when they are decoded, the rest here.
func splitText(data []byte, open byte, want string) ([]textPart, error) {
	if err := guardText(data); err != nil {
		return nil, err
	}
	start := len(data) - len(bytes.TrimLeft(data, blanks))
	if start == len(data) {
		return nil, &MalformedError{start, "the message is empty"}
	}
	if data[start] != open {
		if !json.Valid(data) {
			return nil, &MalformedError{start, "the message is not JSON"}
		}
		return nil, &MismatchError{Have: textWords(data), Want: want}
	}
	first := len(data) - len(bytes.TrimLeft(data[start+1:], blanks))
	if data[first] == open+2 { // in ASCII, '[' and ']' as well as '{' and '}' are two apart
		return nil, afterLast(data, first+1)
	}
	return splitMany(data, start+1, open == '{')
}

// splitMany cuts what follows an opening bracket at pos.
func splitMany(data []byte, pos int, named bool) ([]textPart, error) {
	var parts []textPart
	for {
		end := pos + partEnd(data[pos:])
		part := textPart{value: data[pos:end], offset: pos}
		if named {
			if err := part.cutName(); err != nil {
				return nil, err
			}
		}
		if len(bytes.TrimLeft(part.value, blanks)) == 0 {
			return nil, &MalformedError{end, "a value is missing"}
		}
		parts = append(parts, part)
		if pos = end + 1; data[end] != ',' {
			return parts, afterLast(data, pos)
		}
	}
}

// afterLast refuses what follows the closing bracket.
func afterLast(data []byte, pos int) error {
	rest := bytes.TrimLeft(data[pos:], blanks)
	if len(rest) == 0 {
		return nil
	}
	return &MalformedError{len(data) - len(rest), fmt.Sprintf("%d bytes after the value", len(rest))}
}

// partEnd returns where the comma or closing bracket is that ends the part at
// the beginning of text.
func partEnd(text []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[', c == '{':
			depth++
		case depth == 0 && (c == ',' || c == ']' || c == '}'):
			return i
		case c == ']', c == '}':
			depth--
		}
	}
	return len(text)
}

// cutName cuts the name and the colon off the value.
func (p *textPart) cutName() error {
	name := bytes.TrimLeft(p.value, blanks)
	end := nameEnd(name)
	rest := bytes.TrimLeft(name[end:], blanks)
	if end == 0 || len(rest) == 0 || rest[0] != ':' {
		return &MalformedError{p.offset, "want a name in quotes and a colon"}
	}
	if json.Unmarshal(name[:end], &p.name) != nil {
		return &MalformedError{p.offset, "the name is not a string"}
	}
	p.offset += len(p.value) - len(rest) + 1
	p.value = rest[1:]
	return nil
}

// nameEnd returns the length of the quoted string that begins text, else 0.
func nameEnd(text []byte) int {
	if len(text) == 0 || text[0] != '"' {
		return 0
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// shifted moves the offset of a malformed part to where it is in the message.
func shifted(err error, offset int) error {
	if m, ok := errors.AsType[*MalformedError](err); ok {
		return &MalformedError{m.Offset + offset, m.Reason}
	}
	return err
}
