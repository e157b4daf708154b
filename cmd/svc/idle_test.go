package main

import (
	"strings"
	"testing"
	"time"
)

func TestIdleTimeThatIsNoneIsAMistake(t *testing.T) {
	for text, want := range map[string]time.Duration{"": defaultIdle, "30s": 30 * time.Second, "5": 0, "soon": 0, "-1s": 0, "0s": 0} {
		t.Setenv("SVC_DEV_IDLE", text)
		have, err := idleTime()
		if have != want || (err == nil) != (want > 0) || err != nil && !strings.Contains(err.Error(), `SVC_DEV_IDLE: have "`+text+`"`) {
			t.Errorf("%q: have %v, %v, want %v", text, have, err, want)
		}
	}
}
