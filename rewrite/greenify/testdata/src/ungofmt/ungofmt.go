package ungofmt;import("time");func f(c chan int){time.Sleep( 1 );c<-1;for v:=range c{_=v};select{case<-c:;case c<-1:}} // want `not registered` `Sleep` `send` `range` `select`
