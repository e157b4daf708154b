//go:build unix

package handover

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// A Line is the supervisor's end of what binds it to one process.
type Line struct {
	conn   *net.UnixConn
	lines  *bufio.Reader
	theirs *os.File
}

// Attach gives a command that has not started a line to its supervisor. The environment
// of the command has to be set before. Once it has started, or failed to, Begun is called.
func Attach(cmd *exec.Cmd) (*Line, error) {
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, fmt.Errorf("make a line to a process: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "supervisor"), os.NewFile(uintptr(pair[1]), "process")
	defer func() { _ = ours.Close() }()
	conn, err := net.FileConn(ours)
	if err != nil {
		_ = theirs.Close()
		return nil, fmt.Errorf("make a line to a process: %w", err)
	}
	cmd.ExtraFiles = append(cmd.ExtraFiles, theirs)
	cmd.Env = append(cmd.Environ(), fmt.Sprintf("%s=%d:%d", Variable, firstExtra+len(cmd.ExtraFiles)-1, os.Getpid()))
	return &Line{conn: conn.(*net.UnixConn), lines: bufio.NewReaderSize(conn, longestLine), theirs: theirs}, nil
}

// firstExtra is what a process finds the first of exec.Cmd.ExtraFiles as.
const firstExtra = 3

// Begun closes what only the process needs.
func (l *Line) Begun() { _ = l.theirs.Close() }

// Close ends the line.
func (l *Line) Close() { _ = l.conn.Close() }

// Next waits for what the process says. It fails once the process has ended.
func (l *Line) Next() (Request, error) {
	for {
		text, err := l.lines.ReadString('\n')
		if err != nil {
			return Request{}, err
		}
		word, rest, _ := strings.Cut(strings.TrimSuffix(text, "\n"), " ")
		switch word {
		case wordStarted:
			return Request{Started: true}, nil
		case wordListen:
			return Request{Address: rest}, nil
		}
	}
}

// Give answers a wish to listen with a listener, which stays open here.
func (l *Line) Give(listener *net.TCPListener) error {
	raw, err := listener.SyscallConn()
	if err != nil {
		return err
	}
	// Not File().Fd(), which would make the socket blocking for all who share it.
	var sent error
	err = raw.Control(func(socket uintptr) {
		_, _, sent = l.conn.WriteMsgUnix([]byte(wordOK+"\n"), syscall.UnixRights(int(socket)), nil)
	})
	return errors.Join(err, sent)
}

// Refuse answers it with the reason why there is none.
func (l *Line) Refuse(why error) error {
	text := wordError + " " + strings.ReplaceAll(why.Error(), "\n", " ")
	if errors.Is(why, syscall.EADDRINUSE) {
		text = wordTaken
	}
	_, err := l.conn.Write([]byte(text[:min(len(text), longestLine-1)] + "\n"))
	return err
}
