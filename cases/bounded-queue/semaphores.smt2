; The first part of run() in semaphores.hpp: main fills a queue with room for n items, then a producer puts one more while
; main takes one, and main takes the rest; one semaphore counts the places, another the items: whatever n, there are never
; more than n items in the queue nor less than none, and all come in order.
;
; A deque gives the items back in the order in which they were put: the next is one more than the number taken.
;
; hidden: pm 0 16, pp 0 5, t 0 2n, s 0 n, m 0 n, x 0 2n, tm 0 n, tp 0 n
(declare-const n Int)  ; the queue's capacity
(declare-const i Int) (declare-const i! Int)  ; puts that are complete; x! is x after a step
(declare-const b Int) (declare-const b! Int)  ; 1: the producer has been started
(declare-const s Int) (declare-const s! Int)  ; the semaphore of the places
(declare-const m Int) (declare-const m! Int)  ; the semaphore of the items
(declare-const q Int) (declare-const q! Int)  ; the length of the queue
(declare-const t Int) (declare-const t! Int)  ; items taken from it
(declare-const w Int) (declare-const w! Int)  ; items that main has got
(declare-const o Int) (declare-const o! Int)  ; 1: they were 1, 2, 3 ... w
; Where main is: 0 outside; in put() 1 has a place, 2 holds the lock, 3 has read the queue, 4 has written it, 5 has
; given the lock back; in get() 11 has an item, 12 to 15 as 2 to 5, 16 has given the place back.
(declare-const pm Int) (declare-const pm! Int)
(declare-const tm Int) (declare-const tm! Int)  ; the length that it has read
(declare-const x Int) (declare-const x! Int)  ; the item that it has taken
; Where the producer is: as main in put().
(declare-const pp Int) (declare-const pp! Int)
(declare-const tp Int) (declare-const tp! Int)  ; the length that it has read

(define-fun init () Bool (and (<= 0 n) (= o 1) (= s n) (= i b m q t w pm tm x pp tp 0)))

(define-fun puts.stays () Bool (and (= i! i) (= b! b)))
(define-fun producer.stays () Bool (and (= pp! pp) (= tp! tp)))
(define-fun main.stays () Bool (and (= pm! pm) (= tm! tm)))
(define-fun places.stays () Bool (= s! s))
(define-fun items.stays () Bool (= m! m))
(define-fun queue.stays () Bool (= q! q))
(define-fun taken.stays () Bool (and (= t! t) (= x! x)))
(define-fun got.stays () Bool (and (= w! w) (= o! o)))
(define-fun next () Bool (or
  ; main fills the queue and starts the producer
  (and (= pm 0) (= b 0) (< i n) (> s 0) (= pm! 1) (= s! (- s 1)) puts.stays producer.stays (= tm! tm) items.stays
    queue.stays taken.stays got.stays)
  (and (= pm 1) (not (<= 2 pp 4)) (= pm! 2) puts.stays producer.stays (= tm! tm) places.stays items.stays
    queue.stays taken.stays got.stays)
  (and (= pm 2) (= pm! 3) (= tm! q) puts.stays producer.stays places.stays items.stays queue.stays taken.stays
    got.stays)
  (and (= pm 3) (= pm! 4) (= q! (+ tm 1)) puts.stays producer.stays (= tm! tm) places.stays items.stays taken.stays
    got.stays)
  (and (= pm 4) (= pm! 5) puts.stays producer.stays (= tm! tm) places.stays items.stays queue.stays taken.stays
    got.stays)
  (and (= pm 5) (= pm! 0) (= m! (+ m 1)) (= i! (+ i 1)) (= b! b) producer.stays (= tm! tm) places.stays queue.stays
    taken.stays got.stays)
  (and (= pm 0) (= b 0) (= i n) (= b! 1) (= i! i) producer.stays main.stays places.stays items.stays queue.stays
    taken.stays got.stays)
  ; the producer puts one
  (and (= pp 0) (= b 1) (= i n) (> s 0) (= pp! 1) (= s! (- s 1)) puts.stays (= tp! tp) main.stays items.stays
    queue.stays taken.stays got.stays)
  (and (= pp 1) (not (or (<= 2 pm 4) (<= 12 pm 14))) (= pp! 2) puts.stays (= tp! tp) main.stays places.stays
    items.stays queue.stays taken.stays got.stays)
  (and (= pp 2) (= pp! 3) (= tp! q) puts.stays main.stays places.stays items.stays queue.stays taken.stays got.stays)
  (and (= pp 3) (= pp! 4) (= q! (+ tp 1)) puts.stays (= tp! tp) main.stays places.stays items.stays taken.stays
    got.stays)
  (and (= pp 4) (= pp! 5) puts.stays (= tp! tp) main.stays places.stays items.stays queue.stays taken.stays
    got.stays)
  (and (= pp 5) (= pp! 0) (= m! (+ m 1)) (= i! (+ i 1)) (= b! b) (= tp! tp) main.stays places.stays queue.stays
    taken.stays got.stays)
  ; main gets, all but the first after the producer has ended
  (and (= pm 0) (= b 1) (<= w n) (or (= w 0) (and (= i (+ n 1)) (= pp 0))) (> m 0) (= pm! 11) (= m! (- m 1))
    puts.stays producer.stays (= tm! tm) places.stays queue.stays taken.stays got.stays)
  (and (= pm 11) (not (<= 2 pp 4)) (= pm! 12) puts.stays producer.stays (= tm! tm) places.stays items.stays
    queue.stays taken.stays got.stays)
  (and (= pm 12) (= pm! 13) (= tm! q) puts.stays producer.stays places.stays items.stays queue.stays taken.stays
    got.stays)
  (and (= pm 13) (= pm! 14) (= q! (- tm 1)) (= t! (+ t 1)) (= x! (+ t 1)) puts.stays producer.stays (= tm! tm)
    places.stays items.stays got.stays)
  (and (= pm 14) (= pm! 15) puts.stays producer.stays (= tm! tm) places.stays items.stays queue.stays taken.stays
    got.stays)
  (and (= pm 15) (= pm! 16) (= s! (+ s 1)) puts.stays producer.stays (= tm! tm) items.stays queue.stays taken.stays
    got.stays)
  (and (= pm 16) (= pm! 0) (= w! (+ w 1)) (= o! (ite (= x (+ w 1)) o 0)) puts.stays producer.stays (= tm! tm)
    places.stays items.stays queue.stays taken.stays)))

; One thread at a time holds the lock.
(define-fun inv.exclusion () Bool (not (and (<= 2 pp 4) (or (<= 2 pm 4) (<= 12 pm 14)))))
; Each place is free, or held by who is to put, or taken by an item, or held by who has just got one.
(define-fun inv.places () Bool (and (<= 0 s)
  (= n (+ s q (ite (<= 1 pm 3) 1 0) (ite (<= 1 pp 3) 1 0) (ite (<= 14 pm 15) 1 0)))))
; Each item in the queue is announced, or about to be, or promised to who is about to get it.
(define-fun inv.items () Bool (and (<= 0 m)
  (= q (+ m (ite (<= 4 pm 5) 1 0) (ite (<= 4 pp 5) 1 0) (ite (<= 11 pm 13) 1 0)))))
; In the queue is what was put and not taken.
(define-fun inv.queue () Bool (= q (- (+ i (ite (<= 4 pm 5) 1 0) (ite (<= 4 pp 5) 1 0)) t)))
; What was taken main has got, but for the item in hand.
(define-fun inv.taken () Bool (= t (+ w (ite (<= 14 pm 16) 1 0))))
; The item in hand is the one after those that came before.
(define-fun inv.hand () Bool (=> (<= 14 pm 16) (= x t)))
; Everything so far was in order.
(define-fun inv.order () Bool (= o 1))
; What a thread has read of the queue is still so when it writes.
(define-fun inv.fresh-main () Bool (=> (or (= pm 3) (= pm 13)) (= tm q)))
(define-fun inv.fresh-producer () Bool (=> (= pp 3) (= tp q)))

(define-fun ended () Bool (and (= pp 0) (= i (+ n 1)) (= pm 0) (= w (+ n 1))))
(define-fun safe () Bool (and (<= 0 q n) (= o 1) (=> ended (= q 0))))
