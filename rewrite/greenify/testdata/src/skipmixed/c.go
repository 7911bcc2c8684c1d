//greenify:ignore-file stays plain

package skipmixed

func h(c chan int) {
	<-c
}
