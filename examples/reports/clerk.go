package reports

import (
	"context"
	"os"
	"strconv"

	"github.com/enoki-go/enoki/rpc"
)

// Order has the report of a year built and notes the handle of the call in a file.
// The year is its key: a clerk who does not know whether it was ordered orders again.
func Order(ctx context.Context, build rpc.Job[int, Report], year int, note string) error {
	handle, err := build.Submit(rpc.WithKey(ctx, strconv.Itoa(year)), year)
	if err != nil {
		return err
	}
	return os.WriteFile(note, []byte(handle.String()), 0o600)
}

// Collect waits for the report whose handle is in a file, for as long as ctx lives.
func Collect(ctx context.Context, build rpc.Job[int, Report], note string) (Report, error) {
	text, err := os.ReadFile(note)
	if err != nil {
		return Report{}, err
	}
	handle, err := rpc.ParseHandle(string(text))
	if err != nil {
		return Report{}, err
	}
	return build.Result(ctx, handle)
}
