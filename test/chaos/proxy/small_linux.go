package proxy

import "syscall"

// segment is the size of packets on Ethernet.
const segment = 1460

// small has connections send packets as on a network. Those of the loopback interface
// have 64 KiB, and buffers that take seconds to fill.
func small(_, _ string, c syscall.RawConn) (err error) {
	if failed := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, segment)
	}); failed != nil {
		return failed
	}
	return err
}
