package launch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/service"
)

// describing is how long a program may take to say what its services declare: it
// connects to nothing, but runs the constructors of the user.
const describing = 10 * time.Second

// Describe asks a binary that Build has made, or any whose main is service.Main, what its
// services declare. It connects to nothing. args are flags of service.Main, for example
// --config; a nil env is that of svc. What the program refuses, such as mistakes in tags, is
// a *DeclareError.
func Describe(ctx context.Context, binary string, args, env []string) (service.Manifest, error) {
	var manifest service.Manifest
	limited, cancel := context.WithTimeout(ctx, describing)
	defer cancel()
	cmd := exec.CommandContext(limited, binary, append(slices.Clip(args), "--describe")...)
	cmd.Env = env
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return manifest, fmt.Errorf("describe %s: %w", binary, context.Cause(ctx))
	case limited.Err() != nil:
		return manifest, fmt.Errorf("%s --describe has not ended within %v: does a constructor, or what runs before service.Main, wait for something?", binary, describing)
	}
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		return manifest, &DeclareError{Output: stderr.String()}
	}
	if err != nil {
		return manifest, fmt.Errorf("run %s: %w", binary, err)
	}
	if err := json.Unmarshal(stdout.Bytes(), &manifest); err != nil {
		return manifest, fmt.Errorf("read what %s --describe prints: %w; want the manifest alone: does the program print something before service.Main?", binary, err)
	}
	return manifest, nil
}

// A DeclareError is what a program said about what its services declare, instead of
// describing them.
type DeclareError struct{ Output string }

func (e *DeclareError) Error() string { return strings.TrimRight(e.Output, "\n") }
