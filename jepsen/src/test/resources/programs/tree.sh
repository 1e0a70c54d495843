# A tree of 50 processes: a root, 7 branches, 6 leaves on each. When the file $1 appears the root has the
# branches cut their leaves, and counts those whose end it is told of.
branch() {
    trap 'cut=yes' USR1
    leaves=
    for _ in 1 2 3 4 5 6; do
        sleep 86400 &
        leaves="$leaves $!"
    done
    until [ "$cut" ]; do wait; done
    kill $leaves
    fallen=0
    for leaf in $leaves; do
        wait "$leaf"
        [ $? = 143 ] && fallen=$((fallen + 1))
    done
    exit "$fallen"
}

branches=
for _ in 1 2 3 4 5 6 7; do
    branch &
    branches="$branches $!"
done
echo planted
until [ -e "$1" ]; do sleep 0.5; done
kill -USR1 $branches
sum=0
for one in $branches; do
    wait "$one"
    sum=$((sum + $?))
done
echo "$sum leaves"
