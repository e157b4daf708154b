package sock

import (
	"strings"

	"github.com/gorilla/websocket"
)

// Codes of close frames, as they are used here.
const (
	CloseNormal      = websocket.CloseNormalClosure           // 1000: as either side wished
	CloseGoingAway   = websocket.CloseGoingAway               // 1001: the service stops
	CloseProtocol    = websocket.CloseProtocolError           // 1002: what came is no websocket frame
	CloseUnsupported = websocket.CloseUnsupportedData         // 1003: a binary message
	CloseAbnormal    = websocket.CloseAbnormalClosure         // 1006: never sent; the connection broke
	CloseInvalid     = websocket.CloseInvalidFramePayloadData // 1007: text that is not UTF-8
	ClosePolicy      = websocket.ClosePolicyViolation         // 1008: too many messages, or refused by the service
	CloseTooBig      = websocket.CloseMessageTooBig           // 1009: a message beyond the read limit
	CloseSilent      = websocket.CloseInternalServerErr       // 1011: no answer to a ping
	CloseSlow        = websocket.CloseTryAgainLater           // 1013: the client does not take what it is sent
)

// firstOwn and lastOwn bound the codes that applications choose themselves.
const firstOwn, lastOwn = 3000, 4999

// sendable returns a code that a close frame may carry: that one, or CloseNormal.
func sendable(code int) int {
	switch {
	case code >= firstOwn && code <= lastOwn, code >= CloseNormal && code <= CloseUnsupported, code >= CloseInvalid && code <= CloseSlow:
		return code
	default:
		return CloseNormal
	}
}

// maxReason is what a close frame has room for.
const maxReason = 123

// shortened returns as much of a reason as a close frame takes.
func shortened(reason string) string {
	if len(reason) <= maxReason {
		return reason
	}
	return strings.ToValidUTF8(reason[:maxReason], "")
}
