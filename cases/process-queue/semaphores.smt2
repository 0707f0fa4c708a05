; Two processes put 1, ..., n each into a queue with two places, and main gets 2n numbers; one semaphore counts the places,
; another the items, a third lets one at a time put or get: whatever n, the sum of all that main gets is n (n + 1).
;
; hidden: s 0 2, e 0 2, g 0 1, pa 0 7, pb 0 7, pc 0 9, ta 0 1, tb 0 1, tc 0 1, y 0 n, f 0 4
(declare-const n Int)  ; numbers that each producer puts
(declare-const s Int) (declare-const s! Int)  ; the semaphore of the places; x! is x after a step
(declare-const e Int) (declare-const e! Int)  ; the semaphore of the items
(declare-const g Int) (declare-const g! Int)  ; the semaphore that lets one at a time in
(declare-const x0 Int) (declare-const x0! Int)  ; the two places; 0 is none
(declare-const x1 Int) (declare-const x1! Int)
(declare-const u Int) (declare-const u! Int)  ; put_at
(declare-const v Int) (declare-const v! Int)  ; get_at
(declare-const i Int) (declare-const i! Int)  ; puts of the one producer, a, that are complete
(declare-const j Int) (declare-const j! Int)  ; puts of the other, b, that are complete
(declare-const si Int) (declare-const si! Int)  ; 1 + ... + i
(declare-const sj Int) (declare-const sj! Int)  ; 1 + ... + j
; Where a producer is: 0 outside, 1 has a place, 2 has been let in, 3 has read put_at, 4 has written the number there, 5
; has read put_at again, 6 has moved it on, 7 has let the next in.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; the value of put_at that it has read
(declare-const tb Int) (declare-const tb! Int)
(declare-const k Int) (declare-const k! Int)  ; gets that are complete
; Where main is: 0 outside, 1 has an item, 2 has been let in, 3 has read get_at, 4 has read the number there, 5 has read
; get_at again, 6 has written 0 there, 7 has read get_at once more, 8 has moved it on, 9 has let the next in.
(declare-const pc Int) (declare-const pc! Int)
(declare-const tc Int) (declare-const tc! Int)  ; the value of get_at that it has read
(declare-const y Int) (declare-const y! Int)  ; the number that it has got
(declare-const z Int) (declare-const z! Int)  ; the sum of those before
(declare-const f Int) (declare-const f! Int)  ; 1: main has forked one producer, 2: both, 3 and 4: has waited for their ends

(define-fun init () Bool (and (<= 0 n) (= s 2) (= g 1) (= e x0 x1 u v i j si sj pa pb ta tb k pc tc y z f 0)))

(define-fun places.stay () Bool (= s! s))
(define-fun items.stay () Bool (= e! e))
(define-fun guard-semaphore.stays () Bool (= g! g))
(define-fun semaphores.stay () Bool (and (= s! s) (= e! e) (= g! g)))
(define-fun numbers.stay () Bool (and (= x0! x0) (= x1! x1)))
(define-fun queue.stays () Bool (and numbers.stay (= u! u) (= v! v)))
(define-fun a.stays () Bool (and (= i! i) (= si! si) (= pa! pa) (= ta! ta)))
(define-fun b.stays () Bool (and (= j! j) (= sj! sj) (= pb! pb) (= tb! tb)))
(define-fun got.stays () Bool (and (= k! k) (= z! z)))
(define-fun main.stays () Bool (and got.stays (= pc! pc) (= tc! tc) (= y! y) (= f! f)))
(define-fun written ((at Int) (number Int)) Bool (and (= x0! (ite (= at 0) number x0)) (= x1! (ite (= at 1) number x1))))

(define-fun guard.place () Bool (> s 0))
(define-fun guard.item () Bool (> e 0))
(define-fun guard.alone-put () Bool (> g 0))
(define-fun guard.alone-get () Bool (> g 0))
; put(d + 1) by a producer that is at p, has read t and has completed d puts, of 1 + ... + d
(define-fun put ((p Int) (p! Int) (t Int) (t! Int) (d Int) (d! Int) (sum Int) (sum! Int)) Bool (or
  (and (= p 0) (< d n) guard.place (= p! 1) (= s! (- s 1)) items.stay guard-semaphore.stays queue.stays (= t! t)
    (= d! d) (= sum! sum))
  (and (= p 1) guard.alone-put (= p! 2) (= g! (- g 1)) places.stay items.stay queue.stays (= t! t) (= d! d) (= sum! sum))
  (and (= p 2) (= p! 3) (= t! u) semaphores.stay queue.stays (= d! d) (= sum! sum))
  (and (= p 3) (= p! 4) (written t (+ d 1)) (= u! u) (= v! v) semaphores.stay (= t! t) (= d! d) (= sum! sum))
  (and (= p 4) (= p! 5) (= t! u) semaphores.stay queue.stays (= d! d) (= sum! sum))
  (and (= p 5) (= p! 6) (= u! (mod (+ t 1) 2)) (= v! v) numbers.stay semaphores.stay (= t! t) (= d! d)
    (= sum! sum))
  (and (= p 6) (= p! 7) (= g! (+ g 1)) places.stay items.stay queue.stays (= t! t) (= d! d) (= sum! sum))
  (and (= p 7) (= p! 0) (= e! (+ e 1)) (= d! (+ d 1)) (= sum! (+ sum d 1)) places.stay guard-semaphore.stays
    queue.stays (= t! t))))
(define-fun get () Bool (or
  (and (= pc 0) (< k (* 2 n)) guard.item (= pc! 1) (= e! (- e 1)) places.stay guard-semaphore.stays queue.stays
    (= tc! tc) (= y! y) got.stays)
  (and (= pc 1) guard.alone-get (= pc! 2) (= g! (- g 1)) places.stay items.stay queue.stays (= tc! tc) (= y! y) got.stays)
  (and (= pc 2) (= pc! 3) (= tc! v) semaphores.stay queue.stays (= y! y) got.stays)
  (and (= pc 3) (= pc! 4) (= y! (ite (= tc 0) x0 x1)) semaphores.stay queue.stays (= tc! tc) got.stays)
  (and (= pc 4) (= pc! 5) (= tc! v) semaphores.stay queue.stays (= y! y) got.stays)
  (and (= pc 5) (= pc! 6) (written tc 0) (= u! u) (= v! v) semaphores.stay (= tc! tc) (= y! y) got.stays)
  (and (= pc 6) (= pc! 7) (= tc! v) semaphores.stay queue.stays (= y! y) got.stays)
  (and (= pc 7) (= pc! 8) (= v! (mod (+ tc 1) 2)) (= u! u) numbers.stay semaphores.stay (= tc! tc) (= y! y) got.stays)
  (and (= pc 8) (= pc! 9) (= g! (+ g 1)) places.stay items.stay queue.stays (= tc! tc) (= y! y) got.stays)
  (and (= pc 9) (= pc! 0) (= s! (+ s 1)) (= k! (+ k 1)) (= z! (+ z y)) items.stay guard-semaphore.stays queue.stays
    (= tc! tc) (= y! y))))
(define-fun next () Bool (or
  (and (<= 1 f) (put pa pa! ta ta! i i! si si!) b.stays main.stays)
  (and (<= 2 f) (put pb pb! tb tb! j j! sj sj!) a.stays main.stays)
  (and (= f 2) get (= f! f) a.stays b.stays)
  (and (or (<= 0 f 1) (and (= pc 0) (= k (* 2 n)) (ite (= f 2) (and (= pa 0) (= i n)) (and (= f 3) (= pb 0) (= j n)))))
    (= f! (+ f 1)) got.stays (= pc! pc) (= tc! tc) (= y! y) semaphores.stay queue.stays a.stays b.stays)))

; One at a time is inside.
(define-fun inv.alone () Bool (and (<= 0 g) (= 1 (+ g (ite (<= 2 pa 6) 1 0) (ite (<= 2 pb 6) 1 0) (ite (<= 2 pc 8) 1 0)))))
; Each place is free, or a producer's who is to put, or was put into and not given back yet.
(define-fun inv.places () Bool (and (<= 0 s) (= (+ 2 k) (+ s i j (ite (<= 1 pa 7) 1 0) (ite (<= 1 pb 7) 1 0)))))
; Each item that was put is announced, or main's who has got it or is about to.
(define-fun inv.items () Bool (and (<= 0 e) (= (+ i j) (+ e k (ite (<= 1 pc 9) 1 0)))))
; Places are used in turn.
(define-fun inv.put-at () Bool (= u (mod (+ i j (ite (<= 6 pa 7) 1 0) (ite (<= 6 pb 7) 1 0)) 2)))
(define-fun inv.get-at () Bool (= v (mod (+ k (ite (<= 8 pc 9) 1 0)) 2)))
; A place that is free has no number in it: both where as many were taken out as put in, and where one less was, the
; place that will be next but one to be taken from.
(define-fun inv.free () Bool (and
  (=> (= (+ i j (ite (<= 4 pa 7) 1 0) (ite (<= 4 pb 7) 1 0)) (+ k (ite (<= 6 pc 9) 1 0))) (= x0 x1 0))
  (=> (= (+ i j (ite (<= 4 pa 7) 1 0) (ite (<= 4 pb 7) 1 0)) (+ k (ite (<= 6 pc 9) 1 0) 1))
    (= 0 (ite (= 0 (mod (+ k (ite (<= 6 pc 9) 1 0)) 2)) x1 x0)))))
; What was put, and what a producer has just written, is in the queue, or in main's hand, or in the sum.
(define-fun inv.sum () Bool (= (+ z x0 x1 (ite (<= 6 pc 9) y 0))
  (+ si sj (ite (<= 4 pa 7) (+ i 1) 0) (ite (<= 4 pb 7) (+ j 1) 0))))
(define-fun inv.put-a () Bool (= (* 2 si) (* i (+ i 1))))
(define-fun inv.put-b () Bool (= (* 2 sj) (* j (+ j 1))))
; What a process has read is still so when it writes.
(define-fun inv.fresh-a () Bool (=> (or (= pa 3) (= pa 5)) (= ta u)))
(define-fun inv.fresh-b () Bool (=> (or (= pb 3) (= pb 5)) (= tb u)))
(define-fun inv.fresh-main () Bool (=> (or (= pc 3) (= pc 5) (= pc 7)) (= tc v)))
(define-fun inv.hand () Bool (=> (<= 4 pc 5) (= y (ite (= v 0) x0 x1))))
; No producer puts more than n numbers, so when main has got 2n, both have put all.
(define-fun inv.counts () Bool (and (<= (+ i (ite (<= 1 pa 7) 1 0)) n) (<= (+ j (ite (<= 1 pb 7) 1 0)) n)))
(define-fun inv.all () Bool (=> (<= 3 f) (and (= pc 0) (= k (* 2 n)))))

(define-fun ended () Bool (= f 4))
(define-fun safe () Bool (=> ended (= z (* n (+ n 1)))))
