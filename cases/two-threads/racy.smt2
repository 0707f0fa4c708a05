; Two threads count without a lock, and each makes two increments or more: however many updates are lost, the counter
; never ends below 2, nor above 2n.
;
; hidden: pa 0 1, pb 0 1, ta 0 2n, tb 0 2n, w 0 2
(declare-const n Int)  ; increments a thread
(declare-const c Int) (declare-const c! Int)  ; the counter; x! is x after a step
(declare-const a Int) (declare-const a! Int)  ; increments that thread a has completed
(declare-const b Int) (declare-const b! Int)
(declare-const pa Int) (declare-const pa! Int)  ; 1: the thread has read the counter and is to write it
(declare-const pb Int) (declare-const pb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; the value that it has read
(declare-const tb Int) (declare-const tb! Int)
(declare-const w Int) (declare-const w! Int)  ; who wrote last: 0 nobody, 1 thread a, 2 thread b

(define-fun init () Bool (and (<= 2 n) (= c a b pa pb ta tb w 0)))

(define-fun a.stays () Bool (and (= a! a) (= pa! pa) (= ta! ta)))
(define-fun b.stays () Bool (and (= b! b) (= pb! pb) (= tb! tb)))
(define-fun next () Bool (or
  (and b.stays (= pa 0) (< a n) (= pa! 1) (= ta! c) (= a! a) (= c! c) (= w! w))
  (and b.stays (= pa 1) (= pa! 0) (= c! (+ ta 1)) (= a! (+ a 1)) (= ta! ta) (= w! 1))
  (and a.stays (= pb 0) (< b n) (= pb! 1) (= tb! c) (= b! b) (= c! c) (= w! w))
  (and a.stays (= pb 1) (= pb! 0) (= c! (+ tb 1)) (= b! (+ b 1)) (= tb! tb) (= w! 2))))

(define-fun inv.counts () Bool (and (<= 0 a) (<= 0 b)))
; Nothing negative is ever read or written; whatever was written is at least 1.
(define-fun inv.low () Bool (and (<= 0 c) (<= 0 ta) (<= 0 tb) (=> (> (+ a b) 0) (>= c 1))))
; A thread that has written before reads at least 1 ...
(define-fun inv.read-a () Bool (=> (and (= pa 1) (> a 0)) (>= ta 1)))
(define-fun inv.read-b () Bool (=> (and (= pb 1) (> b 0)) (>= tb 1)))
; ... so its second write and every later one is of at least 2.
(define-fun inv.second () Bool (and (=> (and (= w 1) (> a 1)) (>= c 2)) (=> (and (= w 2) (> b 1)) (>= c 2))))
(define-fun inv.writer () Bool (and (<= 0 w 2) (=> (= w 0) (= a b 0))))
; Nothing is counted that nobody counted.
(define-fun inv.high () Bool (and (<= c (+ a b)) (=> (= pa 1) (<= ta (+ a b))) (=> (= pb 1) (<= tb (+ a b)))))

(define-fun ended () Bool (and (= a n) (= b n) (= pa 0) (= pb 0)))
(define-fun safe () Bool (=> (and (<= 2 n) ended) (<= 2 c (* 2 n))))
