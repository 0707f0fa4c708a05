; A producer puts n + 1 items into a queue with room for n, and main gets them: whatever n, there are never more than n
; items in it nor less than none, and all come in order.
;
; A deque gives the items back in the order in which they were put: the next is one more than the number taken.
;
; hidden: pp 0 4, pc 0 5, t 0 3n, x 0 3n, tp 0 n, tc 0 n
(declare-const n Int)  ; the queue's capacity
(declare-const i Int) (declare-const i! Int)  ; items that the producer has put; x! is x after a step
(declare-const q Int) (declare-const q! Int)  ; the length of the queue
(declare-const t Int) (declare-const t! Int)  ; items taken from it
(declare-const w Int) (declare-const w! Int)  ; items that main has got
(declare-const o Int) (declare-const o! Int)  ; 1: they were 1, 2, 3 ... w
; Where the producer is: 0 outside, 1 holds the lock, 2 waits without it, 3 has looked, 4 has pushed and notified.
(declare-const pp Int) (declare-const pp! Int)
(declare-const tp Int) (declare-const tp! Int)  ; the length that it has seen
; Where main is: the same, 4 has popped and notified, and 5 has the item and not the lock.
(declare-const pc Int) (declare-const pc! Int)
(declare-const tc Int) (declare-const tc! Int)  ; the length that it has seen
(declare-const x Int) (declare-const x! Int)  ; the item that it has taken

(define-fun init () Bool (and (<= 0 n) (= o 1) (= i q t w pp tp pc tc x 0)))

(define-fun puts.stays () Bool (= i! i))
(define-fun producer.stays () Bool (and (= pp! pp) (= tp! tp)))
(define-fun main.stays () Bool (and (= pc! pc) (= tc! tc)))
(define-fun queue.stays () Bool (= q! q))
(define-fun taken.stays () Bool (and (= t! t) (= x! x)))
(define-fun got.stays () Bool (and (= w! w) (= o! o)))
(define-fun next () Bool (or
  ; the producer puts
  (and (= pp 0) (<= i n) (not (or (= pc 1) (<= 3 pc 4))) (= pp! 1) puts.stays (= tp! tp) main.stays queue.stays
    taken.stays got.stays)
  (and (= pp 1) (= pp! 3) (= tp! q) puts.stays main.stays queue.stays taken.stays got.stays)
  (and (= pp 3) (>= tp n) (= pp! 2) puts.stays (= tp! tp) main.stays queue.stays taken.stays got.stays)
  (and (= pp 2) (not (or (= pc 1) (<= 3 pc 4))) (= pp! 1) puts.stays (= tp! tp) main.stays queue.stays taken.stays
    got.stays)
  (and (= pp 3) (< tp n) (= pp! 4) (= q! (+ tp 1)) puts.stays (= tp! tp) main.stays taken.stays got.stays)
  (and (= pp 4) (= pp! 0) (= i! (+ i 1)) (= tp! tp) main.stays queue.stays taken.stays got.stays)
  ; main gets
  (and (= pc 0) (<= w n) (not (or (= pp 1) (<= 3 pp 4))) (= pc! 1) puts.stays producer.stays (= tc! tc) queue.stays
    taken.stays got.stays)
  (and (= pc 1) (= pc! 3) (= tc! q) puts.stays producer.stays queue.stays taken.stays got.stays)
  (and (= pc 3) (= tc 0) (= pc! 2) puts.stays producer.stays (= tc! tc) queue.stays taken.stays got.stays)
  (and (= pc 2) (not (or (= pp 1) (<= 3 pp 4))) (= pc! 1) puts.stays producer.stays (= tc! tc) queue.stays
    taken.stays got.stays)
  (and (= pc 3) (not (= tc 0)) (= pc! 4) (= q! (- tc 1)) (= t! (+ t 1)) (= x! (+ t 1)) puts.stays producer.stays
    (= tc! tc) got.stays)
  (and (= pc 4) (= pc! 5) puts.stays producer.stays (= tc! tc) queue.stays taken.stays got.stays)
  (and (= pc 5) (= pc! 0) (= w! (+ w 1)) (= o! (ite (= x (+ w 1)) o 0)) puts.stays producer.stays (= tc! tc)
    queue.stays taken.stays)))

; One thread at a time holds the lock.
(define-fun inv.exclusion () Bool (not (and (or (= pp 1) (<= 3 pp 4)) (or (= pc 1) (<= 3 pc 4)))))
; The queue is never too full, nor emptier than empty.
(define-fun inv.capacity () Bool (<= 0 q n))
; In the queue is what was put and not taken.
(define-fun inv.queue () Bool (= q (- (+ i (ite (= pp 4) 1 0)) t)))
; What was taken main has got, but for the item in hand.
(define-fun inv.taken () Bool (= t (+ w (ite (<= 4 pc 5) 1 0))))
; The item in hand is the one after those that came before.
(define-fun inv.hand () Bool (=> (<= 4 pc 5) (= x t)))
; Everything so far was in order.
(define-fun inv.order () Bool (= o 1))
; What a thread has seen of the queue is still so when it acts.
(define-fun inv.fresh-producer () Bool (=> (= pp 3) (= tp q)))
(define-fun inv.fresh-main () Bool (=> (= pc 3) (= tc q)))

(define-fun ended () Bool (and (= pp 0) (= i (+ n 1)) (= pc 0) (= w (+ n 1))))
(define-fun safe () Bool (and (<= 0 q n) (= o 1) (=> ended (= q 0))))
