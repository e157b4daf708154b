package jobs

import (
	"context"

	"github.com/enoki-go/enoki/events"
)

// DiskFull tells that a disk is full. It is for a program that is no service, and
// emits as the source storage.
func DiskFull(ctx context.Context, url, disk string) error {
	storage, err := events.Dial(url, "storage")
	if err != nil {
		return err
	}
	defer storage.Close() //nolint:errcheck // what was emitted is stored
	emit := storage.Dispatcher()
	return emit(ctx, "disk_full", disk)
}
