; Two threads, a and b, have 2 and 3 squared by a worker process, n times each, over one line, with a lock held from
; question to answer: whatever n, each gets its own answers, and the worker gives 2n.
;
; The line has room for more than one number, and keeps their order. That there is never more than one on it in either
; direction is part of what is proved: so nothing has to be said of their order.
;
; hidden: l 0 1, q 0 1, s 0 1, pa 0 4, pb 0 4, pw 0 3, ta 0 9, tb 0 9, qv 0 3, sv 0 9, mv 0 9
(declare-const n Int)  ; questions of each thread
(declare-const l Int) (declare-const l! Int)  ; 1: the lock is held; l! is l after a step
(declare-const a Int) (declare-const a! Int)  ; questions that have been answered
(declare-const b Int) (declare-const b! Int)
; Where a thread is: 0 outside, 1 holds the lock, 2 has asked, 3 has read the answer, 4 has given the lock back.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; the answer
(declare-const tb Int) (declare-const tb! Int)
(declare-const oa Int) (declare-const oa! Int)  ; 1: all its answers were right
(declare-const ob Int) (declare-const ob! Int)
(declare-const q Int) (declare-const q! Int)  ; numbers on the line to the worker
(declare-const qv Int) (declare-const qv! Int)  ; the last that was put there
(declare-const s Int) (declare-const s! Int)  ; answers on the line from it
(declare-const sv Int) (declare-const sv! Int)  ; the last that was put there
; Where the worker is: 0 reads, 1 has a number, 2 has squared it, 3 has been told that nothing will come any more.
(declare-const pw Int) (declare-const pw! Int)
(declare-const mv Int) (declare-const mv! Int)  ; the number
(declare-const w Int) (declare-const w! Int)  ; answers that it has given
; Where main is: 1 has forked the worker, 2, 3 has started a, b, 4, 5 has joined a, b, 6 has closed the line, 7 has waited
; for the worker.
(declare-const f Int) (declare-const f! Int)

(define-fun init () Bool (and (<= 0 n) (= oa ob 1) (= l a b pa pb ta tb q qv s sv pw mv w f 0)))

(define-fun lock.stays () Bool (= l! l))
(define-fun a.stays () Bool (and (= a! a) (= pa! pa) (= ta! ta) (= oa! oa)))
(define-fun b.stays () Bool (and (= b! b) (= pb! pb) (= tb! tb) (= ob! ob)))
(define-fun questions.stay () Bool (and (= q! q) (= qv! qv)))
(define-fun answers.stay () Bool (and (= s! s) (= sv! sv)))
(define-fun line.stays () Bool (and questions.stay answers.stay))
(define-fun worker.stays () Bool (and (= pw! pw) (= mv! mv) (= w! w)))

(define-fun guard.lock () Bool (= l 0))
(define-fun guard.answer () Bool (> s 0))
(define-fun guard.question () Bool (> q 0))
(define-fun guard.join-a () Bool (and (= pa 0) (= a n)))
(define-fun guard.join-b () Bool (and (= pb 0) (= b n)))
; square(x), and the look at the answer, by a thread with c answers, that is at p and has got t
(define-fun ask ((x Int) (c Int) (c! Int) (p Int) (p! Int) (t Int) (t! Int) (o Int) (o! Int)) Bool (or
  (and (= p 0) (< c n) guard.lock (= p! 1) (= l! 1) line.stays (= c! c) (= t! t) (= o! o))
  (and (= p 1) (= p! 2) (= q! (+ q 1)) (= qv! x) answers.stay lock.stays (= c! c) (= t! t) (= o! o))
  (and (= p 2) guard.answer (= p! 3) (= s! (- s 1)) (= sv! sv) (= t! sv) questions.stay lock.stays (= c! c) (= o! o))
  (and (= p 3) (= p! 4) (= l! 0) line.stays (= c! c) (= t! t) (= o! o))
  (and (= p 4) (= p! 0) (= c! (+ c 1)) (= o! (ite (= t (* x x)) o 0)) lock.stays line.stays (= t! t))))
(define-fun work () Bool (or
  (and (= pw 0) guard.question (= pw! 1) (= q! (- q 1)) (= qv! qv) (= mv! qv) (= w! w) answers.stay)
  (and (= pw 1) (= pw! 2) (= mv! (* mv mv)) (= w! w) line.stays)
  (and (= pw 2) (= pw! 0) (= s! (+ s 1)) (= sv! mv) (= mv! mv) (= w! (+ w 1)) questions.stay)
  (and (= pw 0) (= q 0) (<= 6 f) (= pw! 3) (= mv! mv) (= w! w) line.stays)))
(define-fun next () Bool (or
  (and (<= 2 f) (ask 2 a a! pa pa! ta ta! oa oa!) b.stays worker.stays (= f! f))
  (and (<= 3 f) (ask 3 b b! pb pb! tb tb! ob ob!) a.stays worker.stays (= f! f))
  (and (<= 1 f) work lock.stays a.stays b.stays (= f! f))
  (and (or (<= 0 f 2) (and (= f 3) guard.join-a) (and (= f 4) guard.join-b) (= f 5) (and (= f 6) (= pw 3)))
    (= f! (+ f 1)) lock.stays line.stays a.stays b.stays worker.stays)))

; One thread at a time holds the lock.
(define-fun inv.lock () Bool (and (<= 0 l 1) (= l (+ (ite (<= 1 pa 3) 1 0) (ite (<= 1 pb 3) 1 0)))))
; Where a thread waits for an answer, its question is on the line or with the worker, or the answer is on the line.
(define-fun inv.line () Bool (and (<= 0 q) (<= 0 s)
  (= (+ (ite (= pa 2) 1 0) (ite (= pb 2) 1 0)) (+ q s (ite (<= 1 pw 2) 1 0)))))
; And it is its own.
(define-fun inv.question () Bool (=> (= q 1) (= qv (ite (= pa 2) 2 3))))
(define-fun inv.worker () Bool (and (=> (= pw 1) (= mv (ite (= pa 2) 2 3))) (=> (= pw 2) (= mv (ite (= pa 2) 4 9)))))
(define-fun inv.answer () Bool (=> (= s 1) (= sv (ite (= pa 2) 4 9))))
(define-fun inv.got () Bool (and (=> (<= 3 pa 4) (= ta 4)) (=> (<= 3 pb 4) (= tb 9))))
(define-fun inv.right () Bool (= oa ob 1))
; Each answer was taken by who asked, or is on the line.
(define-fun inv.given () Bool (= w (+ a b s (ite (<= 3 pa 4) 1 0) (ite (<= 3 pb 4) 1 0))))
; Who has been joined asks for nothing any more.
(define-fun inv.joined () Bool (and (=> (<= 4 f) (and (= pa 0) (= a n))) (=> (<= 5 f) (and (= pb 0) (= b n)))))

(define-fun ended () Bool (= f 7))
(define-fun safe () Bool (and (<= 0 q 1) (<= 0 s 1) (= oa ob 1) (=> ended (= w (* 2 n)))))
