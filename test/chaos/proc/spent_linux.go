package proc

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Spent returns the processor time that a process has used so far.
func Spent(pid int) (time.Duration, error) {
	const (
		sched = 2 // CPUCLOCK_SCHED of the kernel: all time of all threads, in nanoseconds
		shift = 3
	)
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<shift|sched), &t); err != nil { //nolint:gosec // a pid has 22 bits
		return 0, fmt.Errorf("processor time of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}
