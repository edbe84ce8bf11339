a = 1 .5
wide="éé"#x
b=1# y