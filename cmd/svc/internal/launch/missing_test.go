package launch_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
)

func TestNotFoundSaysWhatWasLookedAt(t *testing.T) {
	t.Parallel()
	root := tree(t, zoo)
	for _, tt := range []struct{ name, target, want string }{
		{"misspelt folder", "./cat", "did you mean ./cats?"},
		{"misspelt folder on the way", "./fihs/testdata/...", "there is no folder ./fihs; did you mean ./fish?"},
		{"misspelt struct", "./cats:Lyon", "./cats (exported structs: Bound, Embeds, Lion, Name, Plain, Tiger)\ndid you mean \"Lion\"?"},
		{"unexported struct", "./cats:tame", "no exported struct tame"},
		{"misspelt import path", "example.com/zoo/cat", "example.com/zoo/cat"},
		{"pattern without packages", "./fish/testdata/none...", "matches no Go package"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := find(t, root, false, tt.target)
			if _, ok := errors.AsType[*launch.NotFoundError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("target %s:\nhave %T %v\nwant a NotFoundError with %q", tt.target, err, err, tt.want)
			}
		})
	}
}
