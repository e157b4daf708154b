package codec_test

import (
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/enoki-go/enoki/codec"
)

// bomb is the head of an array of 16 Mi values, none of which follows. With 0xffffffff
// in their place the naive code ends the process.
var bomb = []byte{0xdd, 0, 0xff, 0xff, 0xff}

func TestNaiveDecodingAllocatesWhatFiveBytesAskFor(t *testing.T) {
	var numbers []int
	if have := allocated(func() { _ = msgpack.Unmarshal(bomb, &numbers) }); have < 64<<20 {
		t.Errorf("the library: have %d bytes, want more than 64 MiB", have)
	}
	if have := allocated(func() { _ = codec.Msgpack.Decode(bomb, &numbers) }); have > 64<<10 {
		t.Errorf("ours: have %d bytes, want next to none", have)
	}
}
