//go:build unix

package handover

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The variable may be left over from another process, or made up: of all that there may be
// at a descriptor, only the line to this process's own parent is taken.
func FuzzDescriptor(f *testing.F) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _, _ = syscall.Close(pair[0]), syscall.Close(pair[1]) })
	for _, seed := range []string{
		fmt.Sprintf("%d:%d", pair[0], os.Getppid()), fmt.Sprintf("%d:%d", pair[0], os.Getpid()), fmt.Sprintf("0:%d", os.Getppid()), fmt.Sprintf("-1:%d", os.Getppid()),
		strconv.Itoa(pair[0]), "", ":", "a:b", fmt.Sprintf("99999999999999999999:%d", os.Getppid()), fmt.Sprintf("%d:%d:1", pair[0], os.Getppid()), "3:0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		number, ok := descriptor(text)
		if !ok {
			if text == fmt.Sprintf("%d:%d", pair[0], os.Getppid()) {
				t.Errorf("%q: is not taken", text)
			}
			return
		}
		if _, parent, _ := strings.Cut(text, ":"); strings.TrimLeft(parent, "+0") != strconv.Itoa(os.Getppid()) || number < firstExtra {
			t.Errorf("%q: the descriptor %d is taken", text, number)
		}
		if name, err := syscall.Getsockname(number); err != nil {
			t.Errorf("%q: the descriptor %d is no socket: %v", text, number, err)
		} else if _, unix := name.(*syscall.SockaddrUnix); !unix {
			t.Errorf("%q: the descriptor %d is a %T", text, number, name)
		}
	})
}
