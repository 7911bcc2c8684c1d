package rules

// callThread: locks and the scheduler. The statements of the language (go,
// send, receive, range, select) have no symbol; they are in package find.
var callThread = []Call{
	{Pkg: "sync", Recv: "Mutex", Name: "Lock", Act: Yield, With: "Lock", Why: "waits for the lock"},
	{Pkg: "sync", Recv: "RWMutex", Name: "Lock", Act: Yield, With: "Lock", Why: "waits for the lock"},
	{Pkg: "sync", Recv: "Locker", Name: "Lock", Act: Yield, With: "Lock", Why: "waits for the lock"},
	{Pkg: "sync", Recv: "RWMutex", Name: "RLock", Act: Yield, With: "RLock", Why: "waits for the lock"},
	{Pkg: "sync", Recv: "WaitGroup", Name: "Wait", Act: Yield, With: "Wait", Why: "waits for the group"},
	{Pkg: "sync", Recv: "Cond", Name: "Wait", Act: Yield, With: "Wait", Why: "waits for the condition"},
	{Pkg: "sync", Recv: "Once", Name: "Do", Act: Yield, With: "Do", Why: "waits for the first caller"},
	{Pkg: "sync", Recv: "WaitGroup", Name: "Go", Act: Enter, Arg: 0, Why: "starts a goroutine"},
	{Pkg: "sync", Name: "OnceFunc", Act: Left, Why: "later callers wait inside sync: use sync.Once and Do"},
	{Pkg: "sync", Name: "OnceValue", Act: Left, Why: "later callers wait inside sync: use sync.Once and Do"},
	{Pkg: "sync", Name: "OnceValues", Act: Left, Why: "later callers wait inside sync: use sync.Once and Do"},
	{Pkg: "runtime", Name: "Gosched", Act: Yield, With: "Yield", Why: "lets the ready threads run"},
	{Pkg: "iter", Name: "Pull", Act: Yield, With: "Pull", Why: "lets the iterator act for the caller"},
	{Pkg: "iter", Name: "Pull2", Act: Yield, With: "Pull2", Why: "lets the iterator act for the caller"},
	{Pkg: "golang.org/x/sync/errgroup", Recv: "Group", Name: "Go", Act: Enter, Arg: 0, Why: "starts a goroutine"},
	{Pkg: "golang.org/x/sync/errgroup", Recv: "Group", Name: "TryGo", Act: Enter, Arg: 0, Why: "starts a goroutine"},
	{Pkg: "golang.org/x/sync/errgroup", Recv: "Group", Name: "Wait", Act: Offload, Why: "waits for the group"},
}
