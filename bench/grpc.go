package main

import (
	"context"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const (
	grpcService = "bench.Greeter"
	grpcMethod  = "Hello"
)

// grpcGreeter is what protoc would make of
//
//	service Greeter { rpc Hello(google.protobuf.StringValue) returns (google.protobuf.StringValue); }
type grpcGreeter interface {
	Hello(ctx context.Context, in *wrapperspb.StringValue) (*wrapperspb.StringValue, error)
}

var grpcDesc = grpc.ServiceDesc{
	ServiceName: grpcService,
	HandlerType: (*grpcGreeter)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: grpcMethod, Handler: grpcHandle}},
}

// grpcHandle has the signature that a description asks for, without the part
// for interceptors: the server has none.
func grpcHandle(srv any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) { //nolint:revive // grpc's order
	in := new(wrapperspb.StringValue)
	if err := decode(in); err != nil {
		return nil, err
	}
	return srv.(grpcGreeter).Hello(ctx, in)
}

type grpcServer struct{}

func (grpcServer) Hello(_ context.Context, in *wrapperspb.StringValue) (*wrapperspb.StringValue, error) { //nolint:unparam // protoc's signature
	return wrapperspb.String(greeting(in.GetValue())), nil
}

func serveGRPC(assignment) (site, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return site{}, err
	}
	s := grpc.NewServer()
	s.RegisterService(&grpcDesc, grpcServer{})
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }() // stop waits for it
	stop := func() error {
		s.GracefulStop()
		return <-served
	}
	return site{url: "passthrough:///" + l.Addr().String(), stop: stop}, nil
}

func dialGRPC(a assignment) (client, error) {
	cc, err := grpc.NewClient(a.URL, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return client{}, err
	}
	call := func(ctx context.Context, name string) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		out := new(wrapperspb.StringValue)
		err := cc.Invoke(ctx, "/"+grpcService+"/"+grpcMethod, wrapperspb.String(name), out, grpc.StaticMethod())
		return out.GetValue(), err
	}
	return client{call: call, context: context.Background, close: cc.Close}, nil
}
