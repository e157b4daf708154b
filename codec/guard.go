package codec

import (
	"encoding/binary"
	"fmt"
)

// The limits of every message, in both codecs.
const (
	maxDepth = 32     // arrays and objects inside one another
	maxItems = 65_536 // values in all, keys of objects included
)

// packForm is what follows a format byte from 0xc0 to 0xdf.
type packForm struct {
	fixed  uint8 // bytes after the length
	length uint8 // bytes that hold a length
	nested uint8 // values per unit of that length; 0 means it counts bytes
	bad    bool
}

var packForms = [32]packForm{
	0x01: {bad: true},
	0x04: {length: 1}, 0x05: {length: 2}, 0x06: {length: 4}, // bin
	0x07: {length: 1, fixed: 1}, 0x08: {length: 2, fixed: 1}, 0x09: {length: 4, fixed: 1}, // ext
	0x0a: {fixed: 4}, 0x0b: {fixed: 8}, // float
	0x0c: {fixed: 1}, 0x0d: {fixed: 2}, 0x0e: {fixed: 4}, 0x0f: {fixed: 8}, // uint
	0x10: {fixed: 1}, 0x11: {fixed: 2}, 0x12: {fixed: 4}, 0x13: {fixed: 8}, // int
	0x14: {fixed: 2}, 0x15: {fixed: 3}, 0x16: {fixed: 5}, 0x17: {fixed: 9}, 0x18: {fixed: 17}, // fixext
	0x19: {length: 1}, 0x1a: {length: 2}, 0x1b: {length: 4}, // str
	0x1c: {length: 2, nested: 1}, 0x1d: {length: 4, nested: 1}, // array
	0x1e: {length: 2, nested: 2}, 0x1f: {length: 4, nested: 2}, // map
}

// guardPack checks that data is exactly one MessagePack value within the limits.
// It runs before every decode because decoders believe what a header says: five
// bytes that promise four thousand million elements end the process, and nested
// arrays overflow the stack. One pass, no recursion, no allocation unless data
// is refused. A promise is checked against the bytes left for all the values
// still due, so that whoever passes may allocate what a header asks for.
func guardPack(data []byte) error {
	var left [maxDepth]int // values still due, at each depth
	pos, due, items, depth := 0, 1, 0, -1
	for due > 0 {
		size, nested, ok := packSize(data, pos)
		if !ok {
			return badPack(data, pos)
		}
		pos, due, items = pos+size, due-1+nested, items+1
		switch {
		case pos > len(data), due > len(data)-pos:
			return &MalformedError{len(data), "the message is cut off"}
		case items+due > maxItems:
			return &MalformedError{pos, fmt.Sprintf("more than %d values", maxItems)}
		}
		if nested > 0 {
			if depth++; depth == maxDepth {
				return &MalformedError{pos, fmt.Sprintf("more than %d levels deep", maxDepth)}
			}
			left[depth] = nested
			continue
		}
		for depth >= 0 {
			if left[depth]--; left[depth] > 0 {
				break
			}
			depth--
		}
	}
	if pos < len(data) {
		return &MalformedError{pos, fmt.Sprintf("%d bytes after the value", len(data)-pos)}
	}
	return nil
}

// packSize returns how many bytes the value at pos takes without the values
// nested in it, and how many those are. Bytes may lie beyond the end of data. It
// reports false where no value begins, or one that promises more bytes or values
// than data has bytes left.
func packSize(data []byte, pos int) (size, nested int, ok bool) {
	if pos >= len(data) {
		return 0, 0, false
	}
	switch c := data[pos]; {
	case c < 0x80, c >= 0xe0:
		return 1, 0, true
	case c < 0x90:
		return 1, int(c&15) * 2, true
	case c < 0xa0:
		return 1, int(c & 15), true
	case c < 0xc0:
		return 1 + int(c&31), 0, true
	default:
		return packLongSize(data[pos+1:], packForms[c-0xc0])
	}
}

// packLongSize is packSize for the format bytes in packForms; rest follows them.
func packLongSize(rest []byte, form packForm) (size, nested int, ok bool) {
	if form.bad || int(form.length) > len(rest) {
		return 0, 0, false
	}
	var n uint64
	switch form.length {
	case 1:
		n = uint64(rest[0])
	case 2:
		n = uint64(binary.BigEndian.Uint16(rest))
	case 4:
		n = uint64(binary.BigEndian.Uint32(rest))
	}
	// Whoever promises more than is left is refused here, where the promise
	// still fits its type: as an int of 32 bits it may be negative.
	if n *= uint64(max(form.nested, 1)); n > uint64(len(rest)) {
		return 0, 0, false
	}
	size = 1 + int(form.length) + int(form.fixed)
	if form.nested > 0 {
		return size, int(n), true
	}
	return size + int(n), 0, true
}

// badPack says why packSize refused the value at pos.
func badPack(data []byte, pos int) error {
	if pos < len(data) && data[pos] == 0xc1 {
		return &MalformedError{pos, "0xc1 begins no value"}
	}
	if len(data) == 0 {
		return &MalformedError{0, "the message is empty"}
	}
	return &MalformedError{len(data), "the message is cut off"}
}

// guardText checks that data is within the limits if it is JSON: its brackets
// match and nest no deeper than allowed, and it holds no more values than
// allowed. It knows strings, and leaves the rest of the syntax to the parser.
func guardText(data []byte) error {
	depth, items, quoted := 0, 1, false
	objects := uint64(0) // one bit per open bracket: whether it is a brace
	for pos := 0; pos < len(data); pos++ {
		c := data[pos]
		if quoted {
			switch c {
			case '\\':
				pos++
			case '"':
				quoted = false
			}
			continue
		}
		switch c {
		case '"':
			quoted = true
		case ',', ':':
			items++
		case '[', '{':
			items++
			if depth++; depth > maxDepth {
				return &MalformedError{pos, fmt.Sprintf("more than %d levels deep", maxDepth)}
			}
			objects <<= 1
			if c == '{' {
				objects |= 1
			}
		case ']', '}':
			if depth == 0 || (objects&1 == 1) != (c == '}') {
				return &MalformedError{pos, fmt.Sprintf("%q closes nothing", c)}
			}
			depth--
			objects >>= 1
		}
		if items > maxItems {
			return &MalformedError{pos, fmt.Sprintf("more than %d values", maxItems)}
		}
	}
	if quoted || depth > 0 {
		return &MalformedError{len(data), "the message is cut off"}
	}
	return nil
}
