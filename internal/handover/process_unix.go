//go:build unix

package handover

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const overlap = true

// The words of the two. A line is a word and, after a space, what belongs to it.
const (
	wordStarted = "started"
	wordListen  = "listen"
	wordOK      = "ok" // with the listener
	wordTaken   = "taken"
	wordError   = "error"
)

// longestLine bounds a line: an address, or why there is no listener.
const longestLine = 1024

// patience is how long the supervisor may take to answer.
const patience = 10 * time.Second

// mine is this process's end of the line, nil without a supervisor.
var mine = sync.OnceValue(claim)

// asking lets one question be asked at a time.
var asking sync.Mutex

func claim() *net.UnixConn {
	text := os.Getenv(Variable)
	if text == "" {
		return nil
	}
	_ = os.Unsetenv(Variable)
	number, ok := descriptor(text)
	if !ok {
		return nil
	}
	syscall.CloseOnExec(number)
	file := os.NewFile(uintptr(number), Variable)
	defer func() { _ = file.Close() }()
	conn, err := net.FileConn(file)
	if err != nil {
		return nil
	}
	line, _ := conn.(*net.UnixConn)
	return line
}

// descriptor reads the variable, which may be left over from another process or be made
// up: nothing else is touched.
func descriptor(text string) (number int, ok bool) {
	before, after, _ := strings.Cut(text, ":")
	number, bad := strconv.Atoi(before)
	supervisor, worse := strconv.Atoi(after)
	if bad != nil || worse != nil || number < firstExtra || supervisor != os.Getppid() {
		return 0, false
	}
	kind, err := syscall.GetsockoptInt(number, syscall.SOL_SOCKET, syscall.SO_TYPE)
	if err != nil || kind != syscall.SOCK_STREAM {
		return 0, false
	}
	local, err := syscall.Getsockname(number)
	_, unix := local.(*syscall.SockaddrUnix)
	return number, err == nil && unix
}

func started() {
	if line := mine(); line != nil {
		_, _ = line.Write([]byte(wordStarted + "\n")) // a supervisor that is gone has no use for it
	}
}

func listen(address string) (net.Listener, error) {
	line := mine()
	if line == nil {
		return nil, nil
	}
	asking.Lock()
	defer asking.Unlock()
	if _, err := line.Write([]byte(wordListen + " " + address + "\n")); err != nil {
		return nil, errLine
	}
	return answer(line)
}

// answer reads what the supervisor says to a wish to listen.
func answer(line *net.UnixConn) (net.Listener, error) {
	if err := line.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, errLine
	}
	text, rights := make([]byte, longestLine), make([]byte, syscall.CmsgSpace(4))
	n, r, _, _, err := line.ReadMsgUnix(text, rights)
	if err != nil {
		return nil, errLine
	}
	word, rest, _ := strings.Cut(strings.TrimSuffix(string(text[:n]), "\n"), " ")
	switch word {
	case wordOK:
		return received(rights[:r])
	case wordTaken:
		return nil, syscall.EADDRINUSE
	default:
		return nil, errors.New(rest)
	}
}

// received makes a listener of the socket that came with an answer.
func received(rights []byte) (net.Listener, error) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return nil, errLine
	}
	sockets, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(sockets) != 1 {
		return nil, errLine
	}
	syscall.CloseOnExec(sockets[0])
	file := os.NewFile(uintptr(sockets[0]), "listener")
	defer func() { _ = file.Close() }()
	l, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("take over a listener: %w", err)
	}
	return l, nil
}
