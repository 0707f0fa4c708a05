; A manager process keeps a value, and two processes, a and b, add 1 to it n times each: get and set are messages through
; pipes, and a semaphore with one place is held from get to set. Whatever n, the value ends at 2n; main gets it as an exit
; status, which has eight bits.
;
; The pipe for questions has room for more than one, and keeps their order. That there is never more than one in it, and
; never more than one in a pipe for answers, is part of what is proved: so nothing has to be said of their order.
;
; hidden: s 0 1, q 0 1, aa 0 1, ba 0 1, pa 0 5, pb 0 5, pm 0 3, qf 0 2, qs 0 1, mf 0 2, ms 0 1
; hidden: ta 0 2n, tb 0 2n, av 0 2n, bv 0 2n, qv 0 2n, mv 0 2n
(declare-const n Int)  ; additions of each process
(declare-const s Int) (declare-const s! Int)  ; the semaphore; s! is s after a step
(declare-const a Int) (declare-const a! Int)  ; additions that are complete
(declare-const b Int) (declare-const b! Int)
; Where a process is: 0 outside, 1 has the semaphore, 2 has asked for the value, 3 has it, 4 has asked to set it, 5 has the
; answer to that.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; the value that it has got
(declare-const tb Int) (declare-const tb! Int)
(declare-const q Int) (declare-const q! Int)  ; messages in the pipe for questions
(declare-const qf Int) (declare-const qf! Int)  ; the last that was put there: who it is from, 1 a or 2 b
(declare-const qs Int) (declare-const qs! Int)  ; 1: to set the value
(declare-const qv Int) (declare-const qv! Int)  ; to this
(declare-const aa Int) (declare-const aa! Int)  ; answers in the pipe to a
(declare-const av Int) (declare-const av! Int)  ; the last that was put there
(declare-const ba Int) (declare-const ba! Int)
(declare-const bv Int) (declare-const bv! Int)
; Where the manager is: 0 waits for a message, 1 has one, 2 has done what it says, 3 has ended.
(declare-const pm Int) (declare-const pm! Int)
(declare-const mf Int) (declare-const mf! Int)  ; the message that it has
(declare-const ms Int) (declare-const ms! Int)
(declare-const mv Int) (declare-const mv! Int)
(declare-const v Int) (declare-const v! Int)  ; the value
; Where main is: 1, 2, 3 has forked the manager, a, b; 4 has closed its own end to ask; 5, 6, 7 has waited for a, b, the
; manager.
(declare-const f Int) (declare-const f! Int)
(declare-const r Int) (declare-const r! Int)  ; the manager's exit status

(define-fun init () Bool (and (<= 0 n) (= s 1) (= a b pa pb ta tb q qf qs qv aa av ba bv pm mf ms mv v f r 0)))

(define-fun semaphore.stays () Bool (= s! s))
(define-fun a.stays () Bool (and (= a! a) (= pa! pa) (= ta! ta)))
(define-fun b.stays () Bool (and (= b! b) (= pb! pb) (= tb! tb)))
(define-fun questions.stay () Bool (and (= q! q) (= qf! qf) (= qs! qs) (= qv! qv)))
(define-fun answers-a.stay () Bool (and (= aa! aa) (= av! av)))
(define-fun answers-b.stay () Bool (and (= ba! ba) (= bv! bv)))
(define-fun message.stays () Bool (and (= mf! mf) (= ms! ms) (= mv! mv)))
(define-fun manager.stays () Bool (and message.stays (= pm! pm) (= v! v)))
(define-fun main.stays () Bool (and (= f! f) (= r! r)))
(define-fun asked ((from Int) (set Int) (value Int)) Bool (and (= q! (+ q 1)) (= qf! from) (= qs! set) (= qv! value)))

(define-fun guard.lock () Bool (> s 0))
(define-fun guard.answer-to-get ((answers Int)) Bool (> answers 0))
(define-fun guard.answer-to-set ((answers Int)) Bool (> answers 0))
(define-fun guard.question () Bool (> q 0))
; Nobody can ask any more.
(define-fun guard.closed () Bool (and (<= 4 f) (= pa pb 0) (= a b n)))
; add() by the process with number `me`, with c additions complete, that is at p and has got t; x answers are in its pipe,
; of which the last is y
(define-fun add ((me Int) (c Int) (c! Int) (p Int) (p! Int) (t Int) (t! Int) (x Int) (x! Int) (y Int) (y! Int)) Bool
  (and (= y! y) (or
    (and (= p 0) (< c n) guard.lock (= p! 1) (= s! (- s 1)) (= c! c) (= t! t) (= x! x) questions.stay)
    (and (= p 1) (= p! 2) (asked me 0 0) (= c! c) (= t! t) (= x! x) semaphore.stays)
    (and (= p 2) (guard.answer-to-get x) (= p! 3) (= t! y) (= x! (- x 1)) (= c! c) semaphore.stays questions.stay)
    (and (= p 3) (= p! 4) (asked me 1 (+ t 1)) (= c! c) (= t! t) (= x! x) semaphore.stays)
    (and (= p 4) (guard.answer-to-set x) (= p! 5) (= x! (- x 1)) (= c! c) (= t! t) semaphore.stays questions.stay)
    (and (= p 5) (= p! 0) (= s! (+ s 1)) (= c! (+ c 1)) (= t! t) (= x! x) questions.stay))))
(define-fun manage () Bool (or
  (and (= pm 0) guard.question (= pm! 1) (= q! (- q 1)) (= qf! qf) (= qs! qs) (= qv! qv) (= mf! qf) (= ms! qs) (= mv! qv)
    (= v! v) answers-a.stay answers-b.stay)
  (and (= pm 1) (= pm! 2) (= v! (ite (= ms 1) mv v)) message.stays questions.stay answers-a.stay answers-b.stay)
  (and (= pm 2) (= pm! 0) (= v! v) message.stays questions.stay
    (ite (= mf 1) (and (= aa! (+ aa 1)) (= av! v)) answers-a.stay)
    (ite (= mf 2) (and (= ba! (+ ba 1)) (= bv! v)) answers-b.stay))
  (and (= pm 0) (= q 0) guard.closed (= pm! 3) (= v! v) message.stays questions.stay answers-a.stay answers-b.stay)))
(define-fun next () Bool (or
  (and (<= 2 f) (add 1 a a! pa pa! ta ta! aa aa! av av!) b.stays answers-b.stay manager.stays main.stays)
  (and (<= 3 f) (add 2 b b! pb pb! tb tb! ba ba! bv bv!) a.stays answers-a.stay manager.stays main.stays)
  (and (<= 1 f) manage semaphore.stays a.stays b.stays main.stays)
  (and (or (<= 0 f 3) (and (= f 4) (= pa 0) (= a n)) (and (= f 5) (= pb 0) (= b n)) (and (= f 6) (= pm 3))) (= f! (+ f 1))
    (= r! (ite (= f 6) (mod v 256) r)) semaphore.stays a.stays b.stays questions.stay answers-a.stay answers-b.stay
    manager.stays)))

; One at a time has the semaphore.
(define-fun inv.alone () Bool (and (<= 0 s) (= 1 (+ s (ite (<= 1 pa 5) 1 0) (ite (<= 1 pb 5) 1 0)))))
; Who waits for an answer has a question in the pipe, or with the manager, or the answer in its own pipe; who does not has
; neither.
(define-fun inv.messages-a () Bool (= (ite (or (= pa 2) (= pa 4)) 1 0)
  (+ aa (ite (= qf 1) q 0) (ite (and (= mf 1) (<= 1 pm 2)) 1 0))))
(define-fun inv.messages-b () Bool (= (ite (or (= pb 2) (= pb 4)) 1 0)
  (+ ba (ite (= qf 2) q 0) (ite (and (= mf 2) (<= 1 pm 2)) 1 0))))
(define-fun inv.counts () Bool (and (<= 0 q) (<= 0 aa) (<= 0 ba)))
(define-fun inv.from () Bool (and (=> (= qf 0) (= q 0)) (<= 0 qf 2) (=> (<= 1 pm 2) (<= 1 mf 2))))
; What is asked for is what the one who asks is at.
(define-fun inv.question () Bool (=> (= q 1) (ite (= qf 1) (ite (= pa 2) (= qs 0) (and (= qs 1) (= qv (+ ta 1))))
  (ite (= pb 2) (= qs 0) (and (= qs 1) (= qv (+ tb 1)))))))
(define-fun inv.message () Bool (=> (<= 1 pm 2) (ite (= mf 1) (ite (= pa 2) (= ms 0) (and (= ms 1) (= mv (+ ta 1))))
  (ite (= pb 2) (= ms 0) (and (= ms 1) (= mv (+ tb 1)))))))
; The value is what was added, with what is set already and not complete yet.
(define-fun inv.value () Bool (= v (+ a b
  (ite (or (= pa 5) (and (= pa 4) (or (= pm 2) (= aa 1)))) 1 0)
  (ite (or (= pb 5) (and (= pb 4) (or (= pm 2) (= ba 1)))) 1 0))))
; The value that one is given, and has then, is still so until it is set.
(define-fun inv.answer-a () Bool (=> (and (= pa 2) (= aa 1)) (= av v)))
(define-fun inv.answer-b () Bool (=> (and (= pb 2) (= ba 1)) (= bv v)))
(define-fun inv.fresh-a () Bool (=> (or (= pa 3) (and (= pa 4) (or (= q 1) (= pm 1)))) (= ta v)))
(define-fun inv.fresh-b () Bool (=> (or (= pb 3) (and (= pb 4) (or (= q 1) (= pm 1)))) (= tb v)))
; The manager ends when all is done.
(define-fun inv.all () Bool (=> (= pm 3) (and (= pa pb 0) (= a b n))))
(define-fun inv.result () Bool (=> (= f 7) (= r (mod (* 2 n) 256))))

(define-fun ended () Bool (= f 7))
(define-fun safe () Bool (and (<= 0 q 1) (<= 0 aa 1) (<= 0 ba 1) (=> ended (= r (mod (* 2 n) 256)))))
