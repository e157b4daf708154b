// Package chores has a method that is reached in three ways.
package chores

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/timer"
)

// Chores tidies up.
type Chores struct {
	_ rpc.Method     `method:"Tidy"`
	_ events.Handler `method:"Tidy" source:"storage" event:"disk_full"`
	_ timer.Job      `method:"Tidy" every:"250ms" scope:"cluster"`
}

// Tidy says what has reached it.
func (*Chores) Tidy(ctx context.Context) { fmt.Println("tidied by", entrypoint.FromContext(ctx).Kind) }
