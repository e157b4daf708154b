package launch

import "os"

// alive relies on FindProcess, which opens the process on Windows.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	return p.Release() == nil
}
