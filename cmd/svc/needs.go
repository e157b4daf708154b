package main

import (
	"context"
	"debug/buildinfo"
	"slices"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/service"
)

// redisModule is linked into every program that uses Redis, and into few others.
const redisModule = "github.com/redis/go-redis/v9"

// reachRedis makes sure of a Redis where a program needs one and nobody named it. It
// returns the URL that the processes have to be told, "" where they look there anyway.
func (f *runFlags) reachRedis(ctx context.Context, binaries []string, where address, note func(string)) (string, error) {
	needs := func(binary string) bool { return f.needsRedis(ctx, binary, where) }
	if !slices.ContainsFunc(binaries, needs) {
		return "", nil
	}
	addr := devRedis()
	if err := ensureRedis(ctx, addr, note); err != nil {
		return "", err
	}
	if addr == defaultRedis {
		return "", nil
	}
	return "redis://" + addr + "/0", nil
}

// needsRedis asks a program whether it needs a Redis that nobody named. One that
// cannot say so will say itself, when it runs, what is wrong.
func (f *runFlags) needsRedis(ctx context.Context, binary string, where address) bool {
	if !links(binary, redisModule) {
		return false
	}
	manifest, err := launch.Describe(ctx, binary, f.childArgs(where, 0), childEnv(where, ""))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(manifest.Services, func(s service.Declared) bool {
		return slices.ContainsFunc(s.Dependencies, func(d service.DeclaredDependency) bool {
			return d.Kind == "redis" && d.Options["default"] == "true"
		})
	})
}

// links tells whether a module is linked into a binary.
func links(binary, module string) bool {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return false
	}
	for _, d := range info.Deps {
		if d.Path == module {
			return true
		}
	}
	return false
}
