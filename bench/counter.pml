// The locked counter of cases/two-threads in the language of SPIN (Holzmann, The Model Checker SPIN, TSE 23, 1997), with one
// step for each section under the lock, as in a stateful search of the program itself. -DN=increments of each process.
bool locked = false;
int counter = 0;

active [2] proctype count_up() {
  int i = 0;
  do
  :: i < N -> atomic {
       !locked -> locked = true;
       counter = counter + 1;
       locked = false;
       i = i + 1
     }
  :: else -> break
  od
}
