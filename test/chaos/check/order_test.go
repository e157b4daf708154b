package check_test

import (
	"strconv"
	"testing"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// step is an event of a key that was emitted and acknowledged.
func (t *tale) step(ms int64, key string, n int) string {
	id := key + "/" + strconv.Itoa(n)
	t.emitted(ms, id, role.Step, 0)
	for i := len(*t) - 2; i < len(*t); i++ {
		(*t)[i].Key, (*t)[i].Number = key, n
	}
	return id
}

// orderPeace is a history of events in order, without violations: a/1 fails at first,
// a/2 is dead, a/3 is handled twice because its first process died of it.
func orderPeace() *tale {
	t := &tale{}
	t.processes()
	t.handled(12, t.step(10, "a", 0), role.OnStep, "worker-0.0", "")
	t.handled(22, t.step(20, "a", 1), role.OnStep, "worker-0.0", role.Planned)
	t.handled(32, "a/1", role.OnStep, "worker-1.0", "")
	t.failed(30, "a/2", role.Step, role.OnStep)
	t.begins(90, t.step(40, "a", 3), role.OnStep, "worker-0.0", 1)
	t.ends(92, "a/3", role.OnStep, "worker-0.0", "")
	t.struck(93, "worker-0.0", plan.Kill)
	t.exited(94, "worker-0.0", -1)
	t.begins(200, "a/3", role.OnStep, "worker-1.0", 2)
	t.ends(202, "a/3", role.OnStep, "worker-1.0", "")
	t.handled(302, t.step(100, "a", 4), role.OnStep, "worker-1.0", "")
	t.handled(52, t.step(50, "b", 0), role.OnStep, "worker-1.0", "")
	t.begins(19_995, t.step(19_990, "b", 1), role.OnStep, "worker-2.0", 1)
	t.ends(20_100, "b/1", role.OnStep, "worker-2.0", "")
	return t
}

func TestPeaceOfOrderHasNoViolations(t *testing.T) { wantPeace(t, check.JudgeOrder, *orderPeace()) }

func TestViolationsOfOrderAreCaught(t *testing.T) {
	for _, tt := range []struct {
		name, promise, says, reason string
		happen                      func(*tale) *tale
	}{
		{"EffectBeforeTheOneBefore", "P12", "", "has its effect before", func(t *tale) *tale {
			t.handled(1100, t.step(1000, "a", 5), role.OnStep, "worker-1.0", "")
			t.handled(1050, t.step(1002, "a", 6), role.OnStep, "worker-1.0", "")
			return t
		}},
		{"OvertakenThroughARetry", "P12", "", "has its effect before", func(t *tale) *tale {
			t.handled(1010, t.step(1000, "a", 5), role.OnStep, "worker-1.0", role.Planned)
			t.handled(1020, t.step(1002, "a", 6), role.OnStep, "worker-1.0", "")
			t.handled(1110, "a/5", role.OnStep, "worker-1.0", "")
			return t
		}},
		{"BothAtOnce", "P12", "", "began before", func(t *tale) *tale {
			t.begins(1010, t.step(1000, "a", 5), role.OnStep, "worker-1.0", 1)
			t.begins(1011, t.step(1002, "a", 6), role.OnStep, "worker-2.0", 1)
			t.ends(1012, "a/5", role.OnStep, "worker-1.0", "")
			t.ends(1013, "a/6", role.OnStep, "worker-2.0", "")
			return t
		}},
		{"StepLost", "P9", "dead there", "on_step never began", func(t *tale) *tale {
			t.step(1000, "a", 5)
			return t
		}},
		{"InnocentStepAmongTheDead", "P11", "", "innocent among the dead of on_step", func(t *tale) *tale {
			t.found(history.Buried, "a/0", role.OnStep, 0)
			return t
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantViolation(t, check.JudgeOrder, *tt.happen(orderPeace()), tt.promise, tt.says, tt.reason)
		})
	}
}
