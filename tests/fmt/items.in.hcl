a=1
longer_name =   [1,2 ,  3]   # one
b={x=1,y=2}# two


service   "api"   {
    command=["x","y"]
  port = 80 // http
     timeout   =    -  1+2*3
  nested{
  a   =  f( 1 , [ for x in [1]:x ] )
  c = !  true
  }
}
empty{}
one { a=1 }   
