; A producer puts 1 to n into a queue, a daemon takes them and works on them, and the producer waits until all are done:
; whatever n, when it goes on, each item was worked on once, in order.
;
; A deque gives the items back in the order in which they were put: the next is one more than the number taken.
;
; hidden: pm 0 6, pc 0 8, t 0 n, x 0 n, tm 0 n, tc 0 n
(declare-const n Int)  ; items
(declare-const i Int) (declare-const i! Int)  ; items that main has put; x! is x after a step
(declare-const r Int) (declare-const r! Int)  ; 1: main has returned from join()
(declare-const q Int) (declare-const q! Int)  ; the length of the queue
(declare-const u Int) (declare-const u! Int)  ; the items that are not done, as the queue counts them
(declare-const t Int) (declare-const t! Int)  ; items taken
(declare-const w Int) (declare-const w! Int)  ; items worked on
(declare-const o Int) (declare-const o! Int)  ; 1: they were 1, 2, 3 ... w
; Where main is: 0 outside; in put() 1 holds the lock, 2 has pushed, 3 has read u, 4 has written it and notified;
; in join() 5 holds the lock, 6 waits without it.
(declare-const pm Int) (declare-const pm! Int)
(declare-const tm Int) (declare-const tm! Int)  ; the u that main has read
; Where the daemon is: in take() 1 holds the lock, 2 waits without it, 3 has popped; 4 has an item in hand, 5 has
; worked on it; in done() 6 holds the lock, 7 has read u, 8 has written it; 0 outside.
(declare-const pc Int) (declare-const pc! Int)
(declare-const tc Int) (declare-const tc! Int)  ; the u that the daemon has read
(declare-const x Int) (declare-const x! Int)  ; the item that it has in hand

(define-fun init () Bool (and (<= 0 n) (= o 1) (= i r q u t w pm tm pc tc x 0)))

(define-fun puts.stays () Bool (and (= i! i) (= r! r)))
(define-fun main.stays () Bool (and (= pm! pm) (= tm! tm)))
(define-fun daemon.stays () Bool (and (= pc! pc) (= tc! tc)))
(define-fun queue.stays () Bool (and (= q! q) (= t! t)))
(define-fun count.stays () Bool (= u! u))
(define-fun work.stays () Bool (and (= w! w) (= o! o)))
(define-fun hand.stays () Bool (= x! x))
(define-fun next () Bool (or
  ; main puts
  (and (= pm 0) (= r 0) (< i n) (not (or (= pc 1) (= pc 3) (<= 6 pc 8))) (= pm! 1) puts.stays (= tm! tm)
    daemon.stays queue.stays count.stays work.stays hand.stays)
  (and (= pm 1) (= pm! 2) (= q! (+ q 1)) puts.stays (= tm! tm) daemon.stays (= t! t) count.stays work.stays
    hand.stays)
  (and (= pm 2) (= pm! 3) (= tm! u) puts.stays daemon.stays queue.stays count.stays work.stays hand.stays)
  (and (= pm 3) (= pm! 4) (= u! (+ tm 1)) puts.stays (= tm! tm) daemon.stays queue.stays work.stays hand.stays)
  (and (= pm 4) (= pm! 0) (= i! (+ i 1)) (= r! r) (= tm! tm) daemon.stays queue.stays count.stays work.stays
    hand.stays)
  ; main waits until all are done, and looks again whenever it wakes
  (and (= pm 0) (= r 0) (= i n) (not (or (= pc 1) (= pc 3) (<= 6 pc 8))) (= pm! 5) puts.stays (= tm! tm)
    daemon.stays queue.stays count.stays work.stays hand.stays)
  (and (= pm 5) (not (= u 0)) (= pm! 6) puts.stays (= tm! tm) daemon.stays queue.stays count.stays work.stays
    hand.stays)
  (and (= pm 6) (not (or (= pc 1) (= pc 3) (<= 6 pc 8))) (= pm! 5) puts.stays (= tm! tm) daemon.stays queue.stays
    count.stays work.stays hand.stays)
  (and (= pm 5) (= u 0) (= pm! 0) (= r! 1) (= i! i) (= tm! tm) daemon.stays queue.stays count.stays work.stays
    hand.stays)
  ; the daemon takes
  (and (= pc 0) (not (<= 1 pm 5)) (= pc! 1) puts.stays main.stays (= tc! tc) queue.stays count.stays work.stays
    hand.stays)
  (and (= pc 1) (= q 0) (= pc! 2) puts.stays main.stays (= tc! tc) queue.stays count.stays work.stays hand.stays)
  (and (= pc 2) (not (<= 1 pm 5)) (= pc! 1) puts.stays main.stays (= tc! tc) queue.stays count.stays work.stays
    hand.stays)
  (and (= pc 1) (> q 0) (= pc! 3) (= q! (- q 1)) (= t! (+ t 1)) (= x! (+ t 1)) puts.stays main.stays (= tc! tc)
    count.stays work.stays)
  (and (= pc 3) (= pc! 4) puts.stays main.stays (= tc! tc) queue.stays count.stays work.stays hand.stays)
  ; works on the item
  (and (= pc 4) (= pc! 5) (= w! (+ w 1)) (= o! (ite (= x (+ w 1)) o 0)) puts.stays main.stays (= tc! tc) queue.stays
    count.stays hand.stays)
  ; and says so
  (and (= pc 5) (not (<= 1 pm 5)) (= pc! 6) puts.stays main.stays (= tc! tc) queue.stays count.stays work.stays
    hand.stays)
  (and (= pc 6) (= pc! 7) (= tc! u) puts.stays main.stays queue.stays count.stays work.stays hand.stays)
  (and (= pc 7) (= pc! 8) (= u! (- tc 1)) puts.stays main.stays (= tc! tc) queue.stays work.stays hand.stays)
  (and (= pc 8) (= pc! 0) puts.stays main.stays (= tc! tc) queue.stays count.stays work.stays hand.stays)))

; One thread at a time holds the lock.
(define-fun inv.exclusion () Bool (not (and (<= 1 pm 5) (or (= pc 1) (= pc 3) (<= 6 pc 8)))))
; In the queue is what was put and not taken, and there are never less than none.
(define-fun inv.queue () Bool (and (<= 0 q) (= q (- (+ i (ite (<= 2 pm 4) 1 0)) t))))
; The queue counts what was put and is not done.
(define-fun inv.unfinished () Bool (= u (- (+ i (ite (<= 5 pc 7) 1 0) (ite (= pm 4) 1 0)) w)))
; What was taken was worked on, but for the item in hand.
(define-fun inv.taken () Bool (= t (+ w (ite (<= 3 pc 4) 1 0))))
; The item in hand is the one after those that were worked on before.
(define-fun inv.hand () Bool (=> (<= 3 pc 4) (= x t)))
; Everything so far was in order.
(define-fun inv.order () Bool (= o 1))
; What a thread has read of the count is still true when it writes.
(define-fun inv.fresh-main () Bool (=> (= pm 3) (= tm u)))
(define-fun inv.fresh-daemon () Bool (=> (= pc 7) (= tc u)))
; Main waits only after it has put everything ...
(define-fun inv.join () Bool (=> (<= 5 pm 6) (= i n)))
; ... and goes on only when nothing is unfinished.
(define-fun inv.returned () Bool (=> (= r 1) (and (= i n) (= u 0) (= pm 0))))

(define-fun ended () Bool (= r 1))
(define-fun safe () Bool (=> ended (and (= w n) (= o 1))))
