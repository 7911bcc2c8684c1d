package alternate; import "net/http"

func semicolon(c chan int, d chan any) {
	<-c             // want `green.Recv`
	http.Get("a")   // want `patched.Call12`
	d <- 1          // want `patched.To`
	<-c             // want `green.Recv`
}
