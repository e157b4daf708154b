package broker_test

import (
	"strings"
	"testing"

	"github.com/enoki-go/enoki/broker"
)

func TestNamesAreTokensOfSubjects(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "Orders_2-b": true, "0": true, "-": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, strings.Repeat("x", 5000): false, "a.b": false, "*": false, ">": false,
		"$SRV": false, "a b": false, "a\t": false, "a\r\n": false, "\x00": false, "ö": false, "a/b": false, "{": false, "@": false,
		"[": false, "`": false, ":": false,
	} {
		if got := broker.ValidName(name); got != want {
			t.Errorf("ValidName(%.80q): have %v, want %v", name, got, want)
		}
	}
}

func TestServicesPublishRepliesToInboxesOnly(t *testing.T) {
	for reply, want := range map[string]bool{
		"_INBOX.x": true, "_INBOX.orders.abc.1f": true, "_INBOX.a-b_C.~z": true, "_INBOX." + strings.Repeat("x", 505): true,
		"": false, "_INBOX": false, "_INBOX.": false, "_INBOXED.x": false, "_inbox.x": false, " _INBOX.x": false, "x._INBOX.y": false,
		"svc.evt.payments.x": false, "$SYS.REQ": false, "$JS.API.STREAM.DELETE.x": false, "_INBOX.*": false, "_INBOX.>": false, "_INBOX.a.>": false,
		"_INBOX.a b": false, "_INBOX.a\r\nPUB x": false, "_INBOX.a\tb": false, "_INBOX.\x00": false, "_INBOX." + strings.Repeat("x", 506): false,
		"_INBOX..x": false, "_INBOX.x.": false, "_INBOX.x..y": false,
	} {
		if got := broker.IsInbox(reply); got != want {
			t.Errorf("IsInbox(%.80q): have %v, want %v", reply, got, want)
		}
	}
}
