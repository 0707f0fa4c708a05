; Two threads, a and b, work in n phases: in each, a thread writes its cell for phases with an even or an odd number,
; comes to a std::barrier, and reads the other's cell of that kind. Whatever n, what it reads is what the other wrote in
; the same phase, and nobody is more than one phase ahead.
;
; The barrier is taken to do what the standard says; arriving is one step.
;
; A thread leaves the barrier for the f-th time in phase f.
;
; hidden: h 0 n, v 0 1, pa 0 1, ma 0 n, pb 0 1, mb 0 n
(declare-const n Int)  ; phases
(declare-const za Int) (declare-const za! Int)  ; thread a's cell for even phases; x! is x after a step
(declare-const zb Int) (declare-const zb! Int)
(declare-const oa Int) (declare-const oa! Int)  ; its cell for odd phases
(declare-const ob Int) (declare-const ob! Int)
(declare-const fa Int) (declare-const fa! Int)  ; the phase that it is in
(declare-const fb Int) (declare-const fb! Int)
; What a thread does next: 0 write, 1 meet the other, 2 read.
(declare-const ea Int) (declare-const ea! Int)
(declare-const eb Int) (declare-const eb! Int)
(declare-const ra Int) (declare-const ra! Int)  ; what it has read last, 0 before
(declare-const rb Int) (declare-const rb! Int)
(declare-const h Int) (declare-const h! Int)  ; how often the barrier has let them go on
(declare-const v Int) (declare-const v! Int)  ; threads that are there for the next time
(declare-const pa Int) (declare-const pa! Int)  ; 1: it has come to the barrier and waits
(declare-const pb Int) (declare-const pb! Int)
(declare-const ma Int) (declare-const ma! Int)  ; the h at which it came
(declare-const mb Int) (declare-const mb! Int)

(define-fun init () Bool (and (<= 0 n) (= fa fb 1) (= ea eb za zb oa ob ra rb h v pa pb ma mb 0)))

(define-fun a.phase.stays () Bool (= fa! fa))
(define-fun b.phase.stays () Bool (= fb! fb))
(define-fun a.next.stays () Bool (= ea! ea))
(define-fun b.next.stays () Bool (= eb! eb))
(define-fun a.cells.stays () Bool (and (= za! za) (= oa! oa)))
(define-fun b.cells.stays () Bool (and (= zb! zb) (= ob! ob)))
(define-fun a.read.stays () Bool (= ra! ra))
(define-fun b.read.stays () Bool (= rb! rb))
(define-fun barrier.stays () Bool (and (= h! h) (= v! v)))
(define-fun a.stays () Bool (and (= pa! pa) (= ma! ma)))
(define-fun b.stays () Bool (and (= pb! pb) (= mb! mb)))
(define-fun next () Bool (or
  ; thread a writes its cell for phases of this kind
  (and (= ea 0) (<= fa n) (= ea! 1) (= za! (ite (= (mod fa 2) 0) fa za)) (= oa! (ite (= (mod fa 2) 0) oa fa))
    a.phase.stays b.phase.stays b.next.stays b.cells.stays a.read.stays b.read.stays barrier.stays a.stays b.stays)
  ; comes to the barrier, where the last to come lets all go on
  (and (= ea 1) (= pa 0) (= (+ v 1) 2) (= pa! 1) (= ma! h) (= v! 0) (= h! (+ h 1)) a.phase.stays b.phase.stays
    a.next.stays b.next.stays a.cells.stays b.cells.stays a.read.stays b.read.stays b.stays)
  (and (= ea 1) (= pa 0) (not (= (+ v 1) 2)) (= pa! 1) (= ma! h) (= v! (+ v 1)) a.phase.stays b.phase.stays
    a.next.stays b.next.stays a.cells.stays b.cells.stays a.read.stays b.read.stays (= h! h) b.stays)
  (and (= ea 1) (= pa 1) (not (= h ma)) (= ea! 2) (= pa! 0) a.phase.stays b.phase.stays b.next.stays a.cells.stays
    b.cells.stays a.read.stays b.read.stays barrier.stays (= ma! ma) b.stays)
  ; reads the other's, and goes on to the next phase
  (and (= ea 2) (= ea! 0) (= ra! (ite (= (mod fa 2) 0) zb ob)) (= fa! (+ fa 1)) b.phase.stays b.next.stays
    a.cells.stays b.cells.stays b.read.stays barrier.stays a.stays b.stays)
  ; thread b writes its cell for phases of this kind
  (and (= eb 0) (<= fb n) (= eb! 1) (= zb! (ite (= (mod fb 2) 0) fb zb)) (= ob! (ite (= (mod fb 2) 0) ob fb))
    a.phase.stays b.phase.stays a.next.stays a.cells.stays a.read.stays b.read.stays barrier.stays a.stays b.stays)
  ; comes to the barrier, where the last to come lets all go on
  (and (= eb 1) (= pb 0) (= (+ v 1) 2) (= pb! 1) (= mb! h) (= v! 0) (= h! (+ h 1)) a.phase.stays b.phase.stays
    a.next.stays b.next.stays a.cells.stays b.cells.stays a.read.stays b.read.stays a.stays)
  (and (= eb 1) (= pb 0) (not (= (+ v 1) 2)) (= pb! 1) (= mb! h) (= v! (+ v 1)) a.phase.stays b.phase.stays
    a.next.stays b.next.stays a.cells.stays b.cells.stays a.read.stays b.read.stays (= h! h) a.stays)
  (and (= eb 1) (= pb 1) (not (= h mb)) (= eb! 2) (= pb! 0) a.phase.stays b.phase.stays a.next.stays a.cells.stays
    b.cells.stays a.read.stays b.read.stays barrier.stays a.stays (= mb! mb))
  ; reads the other's, and goes on to the next phase
  (and (= eb 2) (= eb! 0) (= rb! (ite (= (mod fb 2) 0) za oa)) (= fb! (+ fb 1)) a.phase.stays a.next.stays
    a.cells.stays b.cells.stays a.read.stays barrier.stays a.stays b.stays)))

; A thread has gone on as often as the barrier has let it, but for the last time if it has come and not left yet.
(define-fun inv.met-a () Bool (ite (= pa 1)
  (and (= ea 1) (= ma (- fa 1)) (<= ma h (+ ma 1)))
  (and (= pa 0) (<= 0 ea 2) (= h (ite (= ea 2) fa (- fa 1))))))
(define-fun inv.met-b () Bool (ite (= pb 1)
  (and (= eb 1) (= mb (- fb 1)) (<= mb h (+ mb 1)))
  (and (= pb 0) (<= 0 eb 2) (= h (ite (= eb 2) fb (- fb 1))))))
; Who is there for the next time are those who came and wait for it, and that is never both.
(define-fun inv.present () Bool (and (<= v 1)
  (= v (+ (ite (and (= pa 1) (= ma h)) 1 0) (ite (and (= pb 1) (= mb h)) 1 0)))))
; The cells have the numbers of the last even and the last odd phase in which the thread has written.
(define-fun inv.cell-a () Bool (and (<= 1 fa)
  (= za (- fa (mod fa 2) (ite (and (= ea 0) (= (mod fa 2) 0)) 2 0)))
  (=> (or (> fa 1) (> ea 0)) (= oa (- fa (ite (= (mod fa 2) 0) 1 (ite (= ea 0) 2 0)))))))
(define-fun inv.cell-b () Bool (and (<= 1 fb)
  (= zb (- fb (mod fb 2) (ite (and (= eb 0) (= (mod fb 2) 0)) 2 0)))
  (=> (or (> fb 1) (> eb 0)) (= ob (- fb (ite (= (mod fb 2) 0) 1 (ite (= eb 0) 2 0)))))))
; What a thread has read last is the number of the phase that it has completed last.
(define-fun inv.read-a () Bool (= ra (- fa 1)))
(define-fun inv.read-b () Bool (= rb (- fb 1)))

(define-fun ended () Bool (and (= fa (+ n 1)) (= fb (+ n 1))))
(define-fun safe () Bool (and (<= (- fa 1) fb (+ fa 1)) (= ra (- fa 1)) (= rb (- fb 1))))
