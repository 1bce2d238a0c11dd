package structure
import ("testing";"time";"strings";"fmt";"sort")
func TestTime(t *testing.T){
 type m struct{u string; d time.Duration}
 var ms []m
 for _,a:=range hostile { for _,b:=range append([]string{""},hostile...) { u:=a+b; s:=strings.Repeat(u,(1<<16)/len(u)); t0:=time.Now(); ls,_:=Read(nil,s,Limits{MaxLeaves:1<<30}); _=ls; Plausible(s); ms=append(ms,m{u,time.Since(t0)}) } }
 sort.Slice(ms,func(i,j int)bool{return ms[i].d>ms[j].d})
 for _,x:=range ms[:12]{ fmt.Printf("%q %v\n",x.u,x.d)}
}
