package vet

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A literal is a struct tag as it stands in the source.
type literal struct {
	pos    token.Pos
	source string // with its quotes
	text   string
}

// literalOf returns nil for what is no string.
func literalOf(lit *ast.BasicLit) *literal {
	if lit == nil || lit.Kind != token.STRING {
		return nil
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return nil
	}
	return &literal{lit.Pos(), lit.Value, text}
}

// at returns the position of a byte of the text; that of the closing quote for its length.
func (l *literal) at(offset int) token.Pos {
	if l.source[0] == '`' {
		return l.pos + 1 + token.Pos(l.raw(offset))
	}
	rest := l.source[1 : len(l.source)-1]
	for done := 0; done < offset && rest != ""; {
		value, multibyte, tail, err := strconv.UnquoteChar(rest, '"')
		if err != nil {
			break
		}
		size := 1
		if multibyte {
			size = utf8.RuneLen(value)
		}
		if done+size > offset {
			break // within a character
		}
		done, rest = done+size, tail
	}
	return l.pos + token.Pos(len(l.source)-1-len(rest))
}

// raw returns where a byte of the text is in a raw string, from which the compiler leaves
// out carriage returns.
func (l *literal) raw(offset int) int {
	i := 0
	for _, c := range []byte(l.source[1 : len(l.source)-1]) {
		if c != '\r' {
			if offset == 0 {
				break
			}
			offset--
		}
		i++
	}
	return i
}

// A span is a part of a literal.
type span struct {
	*literal
	from, to int // bytes of the text
}

func (s span) pos() token.Pos { return s.at(s.from) }
func (s span) end() token.Pos { return s.at(s.to) }

// word returns the first place of a word in a span: what stands beside it is no part of
// it.
func (s span) word(w string) (span, bool) {
	text := s.text[s.from:s.to]
	for i := 0; w != "" && i+len(w) <= len(text); i++ {
		if text[i:i+len(w)] == w && !isPart(text, i-1) && !isPart(text, i+len(w)) {
			return span{s.literal, s.from + i, s.from + i + len(w)}, true
		}
	}
	return span{}, false
}

// isPart reports whether the byte at i continues a word.
func isPart(text string, i int) bool {
	if i < 0 || i >= len(text) {
		return false
	}
	c := text[i]
	return c == '_' || c == '-' || c >= utf8.RuneSelf || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// find returns where a key of the tag stands, and its value without the quotes: of a key
// that is given twice the last. A tag that is malformed has the keys before that place.
func (l *literal) find(key string) (name, value span, found bool) {
	for at := 0; ; {
		at += len(l.text[at:]) - len(strings.TrimLeft(l.text[at:], " "))
		size := strings.Index(l.text[at:], `:"`)
		if size < 0 {
			return name, value, found
		}
		begin := at + size + len(`:"`)
		length := closing(l.text[begin:])
		if length < 0 {
			return name, value, found
		}
		if l.text[at:at+size] == key {
			name, value, found = span{l, at, at + size}, span{l, begin, begin + length}, true
		}
		at = begin + length + 1
	}
}

// closing returns where the quote is that ends a value, or -1.
func closing(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
