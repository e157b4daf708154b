package main

// runText is the help of svc run.
const runText = `Build and run the services of packages. A target is a folder (./orders), all folders
below one (./..., the default), one struct (./orders:Orders), or an import path.
A package main is built as it is; for other packages svc generates a main, without
writing into your folders. Where no broker is named and none answers at the default
address, a development broker is started, which other svc commands share. Where services
use Redis and the configuration names none, it is the one at the default address, or a
development one, which keeps its data in memory.

With --reload everything is built anew when a file changes that counts: the Go files of
your modules that the services need (not tests), embedded files, go.mod, go.sum and
go.work, the files of --config, and new packages below a ./... target. The new version
starts, and only once it can be reached is the old one asked to stop, instance by
instance: no call is lost, and no HTTP connection refused. Where the build fails, or the
new version does not start, the one before it goes on. Timers that run without a broker
may fire in both while they overlap. On Windows the old version ends first.

The HTTP server of a process listens on --port, else where the configuration says
(web.port, 8000). With -n each instance takes the next port: 8000, 8001, and so on, by
--define web.offset. Several programs (more than one main, or --isolate) begin at the
same port: the second that has HTTP says that it is taken, unless the configuration
gives it another (services.NAME.web.port).

On a terminal the logs are aligned and coloured, elsewhere they are JSON lines with the
attribute "process" where several processes run. --log, or SVC_LOG, chooses: pretty, json
or text (as the services write it). What is no record of a log is passed on as it is.

Environment: NATS_URL (the broker), REDIS_URL, SVC_LOG (as --log), NO_COLOR,
CLICOLOR_FORCE, SVC_DEV_BROKER and SVC_DEV_REDIS (HOST:PORT of the development servers;
127.0.0.1:4222, 127.0.0.1:6379), SVC_DEV_IDLE (how long they wait unused; 5m).

The first ^C lets running calls finish; the second hands them back and ends at once.
Processes end together: where one fails or is killed, the others are stopped, too, and the
exit code is that of the first. With --reload they go on. To see what becomes of calls
whose instance is killed, run svc run in two terminals, the second with a --port of its own.`
