/* head */   a=1
b = [
# inside
1,   # first
22,# second
  {
c=1
dd = 2 }
]
text   =   <<-EOT
     kept   ${ 1+2 }  as it   is
       EOT
after=1
s="a  ${ x.y  }  %{ if a }b%{ endif }"
