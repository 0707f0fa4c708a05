; A process puts 1, ..., n into a pipe, and main adds up what comes until nobody can write any more: whatever n, and however
; much fits into the pipe, the sum is that of 1, ..., n.
;
; A pipe gives back what was written in the order in which it was written: the next is one more than the number read.
;
; hidden: w 0 n, k 0 n, z 0 4n
(declare-const n Int)  ; numbers
(declare-const cap Int)  ; how many fit into the pipe
(assert (<= 1 cap))
(declare-const w Int) (declare-const w! Int)  ; numbers written; x! is x after a step
(declare-const p Int) (declare-const p! Int)  ; where the producer is: 0 not there yet, 1 writes, 2 has ended
(declare-const k Int) (declare-const k! Int)  ; numbers read
(declare-const z Int) (declare-const z! Int)  ; their sum
; Where main is: 0 at the beginning, 1 has forked, 2 has closed its own end to write to, 3 has been told that nothing will
; come any more, 4 has waited for the producer.
(declare-const m Int) (declare-const m! Int)

(define-fun init () Bool (and (<= 0 n) (= w p k z m 0)))

(define-fun pipe.stays () Bool (and (= w! w) (= k! k)))
(define-fun sum.stays () Bool (= z! z))
; Nobody can write any more.
(define-fun guard.producers-end () Bool (= p 2))
; Nothing is left to read.
(define-fun guard.empty () Bool (= k w))
(define-fun next () Bool (or
  ; the producer
  (and (= p 1) (< w n) (< (- w k) cap) (= w! (+ w 1)) (= k! k) sum.stays (= p! p) (= m! m))
  (and (= p 1) (= w n) (= p! 2) pipe.stays sum.stays (= m! m))
  ; main
  (and (= m 0) (= m! 1) (= p! 1) pipe.stays sum.stays)
  (and (= m 1) (= m! 2) (= p! p) pipe.stays sum.stays)
  (and (= m 2) (< k w) (= k! (+ k 1)) (= z! (+ z k 1)) (= w! w) (= p! p) (= m! m))
  (and (= m 2) guard.empty guard.producers-end (= m! 3) (= p! p) pipe.stays sum.stays)
  (and (= m 3) (= p 2) (= m! 4) (= p! p) pipe.stays sum.stays)))

; Who has ended has written all.
(define-fun inv.ended () Bool (=> (= p 2) (= w n)))
; Main stops when all was read.
(define-fun inv.all () Bool (=> (<= 3 m) (and (= p 2) (= k w))))
; Twice the sum of 1, ..., k.
(define-fun inv.sum () Bool (= (* 2 z) (* k (+ k 1))))

(define-fun ended () Bool (= m 4))
(define-fun safe () Bool (=> ended (= (* 2 z) (* n (+ n 1)))))
