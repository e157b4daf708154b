package codec

import "testing"

// As an int of 32 bits four thousand million is negative: the guard must not see
// it as one.
func TestSizesBeyondTheMessageAreRefusedBeforeTheyAreAnInt(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		"\xdd\xff\xff\xff\xff", "\xdd\x80\x00\x00\x00", "\xdf\x80\x00\x00\x00", "\xdf\x40\x00\x00\x00", "\xdf\xff\xff\xff\xff",
		"\xdb\xff\xff\xff\xfb", "\xc6\x80\x00\x00\x00", "\xc9\xff\xff\xff\xff\x01", "\xda\xff\xff", "\xde\x00\x02\xc0",
	} {
		if size, nested, ok := packSize([]byte(data), 0); ok {
			t.Errorf("% x: have size %d, nested %d, want it refused", data, size, nested)
		}
	}
}

func TestCursorThatStandsInAValueSaysSo(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "\xdd\x80\x00 \xff", "\xa5hi", "\xc1", "\xcf\x00"} {
		c := packCursor{data: []byte(data)}
		if v := c.next(); v.kind != packAstray || c.holds(v) {
			t.Errorf("% x: have %v, want part of a value", data, v)
		}
		if v, err := c.any(); err == nil {
			t.Errorf("% x: have %v, want an error", data, v)
		}
		if key, err := c.key(); err == nil {
			t.Errorf("% x: have key %q, want an error", data, key)
		}
	}
}
